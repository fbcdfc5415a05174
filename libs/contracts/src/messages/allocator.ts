import type { AgentId, FrameworkId, Role } from '@holdfast/core/base';
import type { Capability, Conversion, FaultDomain, MinAllocatable, OfferConstraints } from '@holdfast/core/offers';
import type { Attribute, Resource, Resources } from '@holdfast/core/resources';

export interface UsedResources {
  readonly frameworkId: FrameworkId;
  readonly role: Role;
  readonly resources: Resources;
  /** True: in an outstanding offer; false: used by tasks. */
  readonly offered: boolean;
}

/** A change of the allocator's books. Resources carry no allocation role; `role` says it. Copies of shared volumes count. */
export type BookChange =
  | {
      readonly kind: 'put_agent';
      readonly agentId: AgentId;
      readonly total: Resources;
      readonly used: readonly UsedResources[];
      readonly active: boolean;
      readonly hostname: string;
      readonly attributes: readonly Attribute[];
      readonly domain?: FaultDomain;
    }
  | { readonly kind: 'remove_agent'; readonly agentId: AgentId }
  | { readonly kind: 'set_agent_active'; readonly agentId: AgentId; readonly active: boolean }
  | {
      readonly kind: 'put_framework';
      readonly frameworkId: FrameworkId;
      readonly roles: readonly Role[];
      readonly suppressedRoles: readonly Role[];
      readonly capabilities: ReadonlySet<Capability>;
      readonly active: boolean;
      readonly offerConstraints?: OfferConstraints;
      readonly minAllocatable?: MinAllocatable;
    }
  | { readonly kind: 'remove_framework'; readonly frameworkId: FrameworkId }
  /** In order, to what `frameworkId` was offered and to the agent's total; empty `consumed` changes the allocation only. */
  | {
      readonly kind: 'convert_allocation';
      readonly frameworkId: FrameworkId;
      readonly agentId: AgentId;
      readonly role: Role;
      readonly conversions: readonly Conversion[];
    }
  /** Launched: these move from offered to used by tasks. */
  | {
      readonly kind: 'use_resources';
      readonly frameworkId: FrameworkId;
      readonly agentId: AgentId;
      readonly role: Role;
      readonly resources: Resources;
    }
  /** A shared volume has another size: every copy of `from` that tasks use on the agent is one of `to` now; the total is converted apart. */
  | { readonly kind: 'resize_copies'; readonly agentId: AgentId; readonly from: Resource; readonly to: Resource }
  | { readonly kind: 'convert_total'; readonly agentId: AgentId; readonly conversions: readonly Conversion[] }
  | {
      readonly kind: 'recover_resources';
      readonly frameworkId: FrameworkId;
      readonly agentId: AgentId;
      readonly role: Role;
      readonly resources: Resources;
      /** Absent: no filter. 0: no filter, but not before the next periodic cycle. */
      readonly refuseMs?: number;
      /** True: they were in an offer; false: a task used them. */
      readonly offered: boolean;
    }
  | { readonly kind: 'revive_roles'; readonly frameworkId: FrameworkId; readonly roles: readonly Role[] }
  | { readonly kind: 'suppress_roles'; readonly frameworkId: FrameworkId; readonly roles: readonly Role[] }
  | { readonly kind: 'snapshot_complete' };

export interface AllocateRequest {
  readonly number: number;
  readonly changes: readonly BookChange[];
}

export interface Allocation {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: Role;
  /** Without allocation role; each shared volume once. */
  readonly resources: Resources;
}

export interface AllocateResponse {
  readonly number: number;
  readonly seenRequest: number;
  readonly allocations: readonly Allocation[];
  readonly traceParent?: string;
}

import type { AgentId, FrameworkId, Role } from '@holdfast/core/base';
import type { Capability, MinAllocatable, OfferConstraints } from '@holdfast/core/offers';
import type { Resources } from '@holdfast/core/resources';
import type { MinimumAllocatable } from './minimum-allocatable';
import type { AgentTraits, CompileRegex } from './offer-constraints';

export interface BookSettings {
  /** How often a period begins, and the least that a filter lives (C-051). */
  readonly intervalMs: number;
  /** Unless the framework has set its own (C-059). */
  readonly minimum: MinimumAllocatable;
  /** Agents with gpus are for frameworks with GPU_RESOURCES only (C-073). */
  readonly filtersGpuAgents: boolean;
  /** Agents of other regions are for frameworks with REGION_AWARE only (C-074). Absent: all agents are taken for local. */
  readonly region?: string;
  readonly compileRegex: CompileRegex;
}

export interface AgentEntry extends AgentTraits {
  readonly agentId: AgentId;
  readonly total: Resources;
  readonly used: readonly {
    readonly frameworkId: FrameworkId;
    readonly role: Role;
    readonly resources: Resources;
    readonly offered: boolean;
  }[];
  readonly active: boolean;
}

export interface FrameworkEntry {
  readonly frameworkId: FrameworkId;
  readonly roles: readonly Role[];
  readonly suppressedRoles: readonly Role[];
  readonly capabilities: ReadonlySet<Capability>;
  readonly active: boolean;
  /** As `checkOfferConstraints` lets them pass. */
  readonly offerConstraints?: OfferConstraints;
  readonly minAllocatable?: MinAllocatable;
}

/** Which part of the books a change is about. */
export interface HeldBy {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: Role;
}

export interface Recovery extends HeldBy {
  readonly resources: Resources;
  /** Absent: no filter. 0: no filter, but no offer of this agent to this framework before the next period. */
  readonly refuseMs?: number;
  readonly offered: boolean;
}

/** The books and the one who keeps them apart disagree: this was named, but is not held. What was held is taken. */
export interface Discrepancy extends HeldBy {
  readonly missing: Resources;
}

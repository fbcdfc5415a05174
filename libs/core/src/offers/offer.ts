import type { AgentId, FrameworkId, OfferId, Role } from '@holdfast/core/base';
import type { Attribute, Resources } from '@holdfast/core/resources';
import type { FaultDomain } from './offer-constraints';

/** Resources of one agent put before one framework for one role (C-012). Its resources carry the allocation role. */
export interface Offer {
  readonly id: OfferId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly hostname: string;
  readonly role: Role;
  readonly resources: Resources;
  readonly attributes: readonly Attribute[];
  /** The agent's HTTP address. */
  readonly domain?: FaultDomain;
  readonly url?: { readonly hostname: string; readonly ip: string; readonly port: number };
}

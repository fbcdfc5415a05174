import type { AgentId, ExecutorId, FrameworkId, OfferId, Role } from '@holdfast/core/base';
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
  /** Executors of the framework that run there already, if any (C-092): a LAUNCH_GROUP may name one and is not charged for it again. */
  readonly executorIds?: readonly ExecutorId[];
  readonly domain?: FaultDomain;
  readonly url?: { readonly hostname: string; readonly ip: string; readonly port: number };
}

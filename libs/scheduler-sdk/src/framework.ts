import type { FrameworkId, Principal, Role } from '@holdfast/core/base';
import type { Capability, FrameworkInfo, MinAllocatable } from '@holdfast/core/offers';
import type { Label } from '@holdfast/core/resources';

/** What a scheduler says about itself; everything but name and roles has a default. */
export interface FrameworkDescription {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Added to those that this library itself relies on. `SHARED_RESOURCES`: shared volumes are offered. */
  readonly capabilities?: readonly Capability[];
  /** The user that tasks run as; by default the user of the agent. */
  readonly user?: string;
  readonly principal?: Principal;
  /** How long the master keeps tasks and offers' history of a framework that lost its connection. */
  readonly failoverTimeoutMs?: number;
  /** Set to take over a framework that was subscribed before. */
  readonly id?: FrameworkId;
  readonly labels?: readonly Label[];
  /** By role: the least that an offer must hold, instead of the cluster's own minimum (C-059). */
  readonly minAllocatable?: MinAllocatable;
}

/** This library reads offers in the newer form: several roles, reservations as a stack (C-077, B-013). */
const SPOKEN: readonly Capability[] = ['MULTI_ROLE', 'RESERVATION_REFINEMENT'];

const DEFAULT_FAILOVER_TIMEOUT_MS = 60_000;

export function describeFramework(description: FrameworkDescription): FrameworkInfo {
  const { id, name, roles, capabilities = [], user = '', principal, labels = [], minAllocatable } = description;
  return {
    ...(id === undefined ? {} : { id }),
    name,
    user,
    roles,
    capabilities: new Set([...SPOKEN, ...capabilities]),
    ...(principal === undefined ? {} : { principal }),
    failoverTimeoutMs: description.failoverTimeoutMs ?? DEFAULT_FAILOVER_TIMEOUT_MS,
    checkpoint: true,
    labels,
    ...(minAllocatable === undefined ? {} : { minAllocatable }),
  };
}

import type { AgentId, Epoch } from '@holdfast/core/base';
import { observableGauge } from '@holdfast/platform/telemetry';

export interface Membership {
  readonly isRegistered: () => boolean;
  readonly agentId: () => AgentId | undefined;
  /** The highest of a master that was let speak: of the one that has registered us, while one has. */
  readonly epoch: () => Epoch;
}

/**
 * Who this agent is and whom it obeys; `/metrics` is open to all, also where `/state` asks who is there. Zero rather than nothing while no
 * master has registered it: of a series that is no longer observed the last value is told for ever.
 */
export function observeMembership({ isRegistered, agentId, epoch }: Membership): void {
  observableGauge('holdfast_agent_registered_epoch', 'Epoch of the master with which this agent is registered; 0: with none', (gauge) => {
    const id = agentId();
    if (id !== undefined) gauge.observe(isRegistered() ? epoch() : 0, { agent_id: id });
  });
}

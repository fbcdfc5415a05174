import type { AgentId, Epoch } from '@holdfast/core/base';

/** As which agent, and with which master, an agent is registered. */
export interface Registration {
  readonly agentId: AgentId;
  readonly epoch: Epoch;
}

const SERIES = /^holdfast_agent_registered_epoch\{(?:[^}]*,)?agent_id="([^"]+)"[^}]*\} (\d+)/m;

/** Found in the metrics of an agent, in Prometheus' text format. Undefined: no master has registered it. */
export function readRegistration(metrics: string): Registration | undefined {
  const [, agentId, epoch] = SERIES.exec(metrics) ?? [];
  return agentId === undefined || epoch === '0' ? undefined : { agentId, epoch: Number(epoch) };
}

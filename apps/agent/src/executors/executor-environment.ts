import type { AgentId } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import type { ExecutorInfo } from '@holdfast/core/tasks';
import { durationText } from './duration-text';

export interface ExecutorSurroundings {
  readonly agentId: AgentId;
  readonly framework: FrameworkInfo;
  readonly info: ExecutorInfo;
  readonly sandbox: string;
  /** `host:port` of the agent's HTTP port. */
  readonly endpoint: string;
  readonly shutdownGraceMs: number;
  /** How long it may take to come back after a restart of the agent. */
  readonly reregistrationTimeoutMs: number;
}

/** How long an executor waits for an agent that is away, before it ends itself; that of Mesos. */
const RECOVERY_TIMEOUT_MS = 15 * 60_000;

/** What an executor is told (wire 7.1), then its own variables, which win. */
export function executorEnvironment(executor: ExecutorSurroundings): readonly (readonly [string, string])[] {
  const { agentId, framework, info, sandbox, reregistrationTimeoutMs } = executor;
  const endpoint = reachable(executor.endpoint);
  return [
    ['MESOS_FRAMEWORK_ID', framework.id ?? ''],
    ['MESOS_EXECUTOR_ID', info.executorId],
    ['MESOS_DIRECTORY', sandbox],
    ['MESOS_SANDBOX', sandbox],
    ['MESOS_AGENT_ID', agentId],
    ['MESOS_SLAVE_ID', agentId],
    ['MESOS_SLAVE_PID', `slave(1)@${endpoint}`],
    ['MESOS_AGENT_ENDPOINT', endpoint],
    ['MESOS_CHECKPOINT', framework.checkpoint ? '1' : '0'],
    // Said only to those who are to wait for the agent.
    ...(framework.checkpoint
      ? ([
          ['MESOS_RECOVERY_TIMEOUT', durationText(RECOVERY_TIMEOUT_MS)],
          ['MESOS_SUBSCRIPTION_BACKOFF_MAX', durationText(reregistrationTimeoutMs)],
        ] as const)
      : []),
    ['MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD', durationText(executor.shutdownGraceMs)],
    ['MESOS_HTTP_COMMAND_EXECUTOR', '0'],
    ['LIBPROCESS_PORT', '0'],
    ['LIBPROCESS_IP', endpoint.slice(0, endpoint.lastIndexOf(':'))],
    ...(info.command?.environment ?? []).map(({ name, value }) => [name, value] as const),
  ];
}

/** With exactly one colon (wire 7.1), and an address that one can dial: executors share the machine's network. */
function reachable(endpoint: string): string {
  const at = endpoint.lastIndexOf(':');
  const host = endpoint.slice(0, at);
  return host === '0.0.0.0' || host.includes(':') ? `127.0.0.1${endpoint.slice(at)}` : endpoint;
}

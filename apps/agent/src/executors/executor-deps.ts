import type { AgentInfo } from '@holdfast/contracts';
import type { Isolation } from '../containers';
import type { LaunchDeps } from '../tasks';

/** D-059. */
export interface ExecutorTimes {
  /** From its start to its first subscription. */
  readonly registrationTimeoutMs: number;
  /** From a restart of the agent to its subscription. */
  readonly reregistrationTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

export interface ExecutorDeps extends Omit<LaunchDeps, 'isUsedByOthers' | 'onFinished' | 'slots'> {
  readonly isolation: Isolation;
  /** `meta/executors`; made if missing. */
  readonly directory: string;
  /** Where sandboxes are made. */
  readonly sandboxes: string;
  readonly times: ExecutorTimes;
  /** As executors are told of it. */
  readonly agent: () => AgentInfo;
}

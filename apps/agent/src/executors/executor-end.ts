import { endStatus, launchFailed, type TaskEnd } from '../tasks';
import type { ContainerEnd } from '../containers';
import type { Resources } from '@holdfast/core/resources';
import type { StatusReason } from '@holdfast/core/tasks';

/** Why the agent itself has ended an executor, as its tasks tell it. */
export interface EndCause {
  readonly reason: StatusReason;
  readonly message: string;
  /** How much was used of what there was not so much of. */
  readonly limitation?: Resources;
}

/** D-059. */
export const notRegistered = (timeoutMs: number): EndCause => ({
  reason: 'REASON_EXECUTOR_REGISTRATION_TIMEOUT',
  message: `The executor did not subscribe within ${timeoutMs / 1000} s of its start`,
});

/** D-059. */
export const notReregistered = (timeoutMs: number): EndCause => ({
  reason: 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT',
  message: `The executor did not subscribe again within ${timeoutMs / 1000} s of the restart of the agent`,
});

/** For a task that comes while its executor is on its way out (D-062). */
export const executorEnding: TaskEnd = {
  state: 'TASK_DROPPED',
  source: 'SOURCE_AGENT',
  reason: 'REASON_EXECUTOR_TERMINATED',
  message: 'Its executor is being shut down',
};

/** Wire 7.2: the executor has subscribed again and says nothing of the task, of which it has never sent a status. */
export const neverReceived: TaskEnd = {
  state: 'TASK_DROPPED',
  source: 'SOURCE_AGENT',
  reason: 'REASON_AGENT_RESTARTED',
  message: 'The executor has subscribed again and does not know of the task: it never got it',
};

/** The volume cannot be brought into a container that runs. */
export const notMountable = (problem: string): TaskEnd => ({
  state: 'TASK_FAILED',
  source: 'SOURCE_AGENT',
  reason: 'REASON_CONTAINER_UPDATE_FAILED',
  message: `The task cannot run under this executor: ${problem}`,
});

/** How a task ends that its executor has not ended before itself (D-062). */
export function endWithExecutor(end: ContainerEnd, cause: EndCause | undefined): TaskEnd {
  if (cause) return { state: 'TASK_FAILED', source: 'SOURCE_AGENT', ...cause };
  if (end.kind === 'failed') return launchFailed(end.problem);
  if (end.kind === 'limited') return endStatus(end, undefined, true);
  const how = end.kind === 'exited' ? endStatus(end, undefined, true).message.replace(/^Command /, '') : `is gone: ${end.problem}`;
  return {
    state: 'TASK_FAILED',
    source: 'SOURCE_AGENT',
    reason: 'REASON_EXECUTOR_TERMINATED',
    message: `The executor of the task ${how}`,
  };
}

/** As a shell has it; undefined: nobody knows. */
export function exitStatusOf(end: ContainerEnd, isKilled: boolean): number | undefined {
  if (end.kind === 'exited') return end.code;
  return isKilled || end.kind === 'limited' ? KILLED : undefined;
}

/** 128 and the number of SIGKILL. */
const KILLED = 137;

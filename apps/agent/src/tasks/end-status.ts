import { constants } from 'node:os';
import type { TaskId } from '@holdfast/core/base';
import { Resources, scalar } from '@holdfast/core/resources';
import type { StatusReason, StatusSource, TaskState, TaskStatus } from '@holdfast/core/tasks';
import type { ContainerEnd } from '../containers';

/** How a launch ended, for its last status (D-062). */
export interface TaskEnd {
  readonly state: TaskState;
  readonly source: StatusSource;
  readonly reason?: StatusReason;
  readonly message: string;
  /** Of what it has used too much, and how much. */
  readonly limitation?: Resources;
  /** Absent: its last status says what is known. */
  readonly healthy?: boolean;
}

export interface KillCause {
  readonly isFrameworkRemoved: boolean;
  /** Of a task that goes with its group. */
  readonly because?: string;
  /** How it is to be told, where the agent itself ends it: it used too much, took too long, or is not healthy. */
  readonly end?: TaskEnd;
}

/** How a task ended whose last status this is. */
export function endIn({ state, source, reason, message = '', limitation, healthy }: TaskStatus): TaskEnd {
  return {
    state,
    source,
    message,
    ...(reason !== undefined && { reason }),
    ...(limitation && { limitation }),
    ...(healthy !== undefined && { healthy }),
  };
}

/** A task that was told to end is killed, however its command took it, as in Mesos. */
export function endStatus(end: ContainerEnd, kill: KillCause | undefined, hasRun: boolean): TaskEnd {
  const reason = kill?.isFrameworkRemoved ? ({ reason: 'REASON_FRAMEWORK_REMOVED' } as const) : {};
  if (kill?.end) return kill.end;
  if (kill && !hasRun) return killedDuringLaunch(kill);
  if (kill) return { state: 'TASK_KILLED', source: 'SOURCE_EXECUTOR', ...reason, message: `Killed${sentencePart(kill)}: ${describe(end)}` };
  switch (end.kind) {
    case 'exited':
      return { state: end.code === 0 ? 'TASK_FINISHED' : 'TASK_FAILED', source: 'SOURCE_EXECUTOR', message: describe(end) };
    case 'failed':
      return launchFailed(end.problem);
    case 'limited':
      return {
        state: 'TASK_FAILED',
        source: 'SOURCE_AGENT',
        reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
        message: describe(end),
        limitation: Resources.of([scalar('mem', toMb(end.usedBytes))]),
      };
    case 'lost':
      return {
        state: 'TASK_FAILED',
        source: 'SOURCE_AGENT',
        reason: 'REASON_EXECUTOR_TERMINATED',
        message: `The task is lost: ${end.problem}`,
      };
  }
}

/** D-058. */
export const killedDuringLaunch = (kill: KillCause): TaskEnd => ({
  state: 'TASK_KILLED',
  source: 'SOURCE_AGENT',
  reason: kill.isFrameworkRemoved ? 'REASON_FRAMEWORK_REMOVED' : 'REASON_TASK_KILLED_DURING_LAUNCH',
  message: `Killed before its command ran${sentencePart(kill)}`,
});

const sentencePart = ({ because }: KillCause): string => (because === undefined ? '' : `, because ${because}`);

/** As the task of its group that could not be started, all of which end alike (B-074). */
export const endWithGroup = (end: TaskEnd, taskId: TaskId): TaskEnd =>
  // Read back from what another one was told already.
  end.message.startsWith(NONE_STARTED) ? end : { ...end, message: `${NONE_STARTED} because of task ${taskId}: ${end.message}` };

const NONE_STARTED = 'No task of its group was started,';

export const launchFailed = (problem: string): TaskEnd => ({
  state: 'TASK_FAILED',
  source: 'SOURCE_AGENT',
  reason: 'REASON_CONTAINER_LAUNCH_FAILED',
  message: `The task could not be started: ${problem}`,
});

/** The agent ended between receiving the task and starting it. */
export const droppedByRestart: TaskEnd = {
  state: 'TASK_DROPPED',
  source: 'SOURCE_AGENT',
  reason: 'REASON_AGENT_RESTARTED',
  message: 'The agent was restarted before it had started the task',
};

function describe(end: ContainerEnd): string {
  if (end.kind === 'limited') {
    return `Ended by the system because it used more memory than it may: ${toMb(end.usedBytes)} MB used, ${toMb(end.limitBytes)} MB allowed`;
  }
  if (end.kind !== 'exited') return end.problem;
  const signal = end.code > SIGNAL_OFFSET ? nameOfSignal(end.code - SIGNAL_OFFSET) : undefined;
  return signal === undefined ? `Command exited with status ${end.code}` : `Command ended by ${signal} (status ${end.code})`;
}

const BYTES_PER_MB = 1024 * 1024;

/** To the thousandth. */
const toMb = (bytes: number): number => Math.round((bytes / BYTES_PER_MB) * 1000) / 1000;

/** A shell gives a command that a signal ended this much more than the signal's number. */
const SIGNAL_OFFSET = 128;

const nameOfSignal = (number: number): string | undefined => Object.entries(constants.signals).find(([, value]) => value === number)?.[0];

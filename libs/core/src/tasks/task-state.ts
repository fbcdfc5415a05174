/**
 * - `TASK_STAGING`: the master has decided the launch; the agent has not yet said that the process exists.
 * - `TASK_STARTING`: the agent is making the task's sandbox, mounts and process.
 * - `TASK_RUNNING`: the process runs.
 * - `TASK_KILLING`: it was asked to end and has not ended yet; only told to frameworks with TASK_KILLING_STATE.
 * - `TASK_FINISHED`: it ended by itself, with success.
 * - `TASK_FAILED`: it ended by itself, without success.
 * - `TASK_KILLED`: it ended because somebody asked.
 * - `TASK_ERROR`: it was never started, since its description is not valid; asking again will not help.
 * - `TASK_LOST`: what DROPPED, UNREACHABLE, GONE, GONE_BY_OPERATOR and UNKNOWN are called for a framework that is not PARTITION_AWARE.
 * - `TASK_DROPPED`: it was never started, for a reason that may pass.
 * - `TASK_UNREACHABLE`: its agent is not heard from; it may still run, and may come back.
 * - `TASK_GONE`: it was running once, and its agent says that it is not there.
 * - `TASK_GONE_BY_OPERATOR`: an operator declared its agent gone.
 * - `TASK_UNKNOWN`: asked about, and nobody knows it.
 */
export type TaskState =
  | 'TASK_STAGING'
  | 'TASK_STARTING'
  | 'TASK_RUNNING'
  | 'TASK_KILLING'
  | 'TASK_FINISHED'
  | 'TASK_FAILED'
  | 'TASK_KILLED'
  | 'TASK_ERROR'
  | 'TASK_LOST'
  | 'TASK_DROPPED'
  | 'TASK_UNREACHABLE'
  | 'TASK_GONE'
  | 'TASK_GONE_BY_OPERATOR'
  | 'TASK_UNKNOWN';

const ENDS = [
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
] as const;

/**
 * LOST and UNREACHABLE are not the last word about a process: its agent may come back with the task still running, and it is then
 * adopted again (D-076, D-089). LOST can be contradicted in this way although it is terminal for its framework; so can KILLED,
 * when the master said so on its own at a teardown. Every other end is final.
 */
const NEXT: Readonly<Record<TaskState, readonly TaskState[]>> = {
  TASK_STAGING: ['TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING', 'TASK_UNREACHABLE', ...ENDS],
  TASK_STARTING: ['TASK_RUNNING', 'TASK_KILLING', 'TASK_UNREACHABLE', ...ENDS],
  TASK_RUNNING: ['TASK_KILLING', 'TASK_UNREACHABLE', ...ENDS],
  TASK_KILLING: ['TASK_UNREACHABLE', ...ENDS],
  TASK_UNREACHABLE: ['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING', ...ENDS],
  TASK_LOST: ['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING', 'TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED'],
  TASK_KILLED: ['TASK_RUNNING', 'TASK_KILLING'],
  TASK_FINISHED: [],
  TASK_FAILED: [],
  TASK_ERROR: [],
  TASK_DROPPED: [],
  TASK_GONE: [],
  TASK_GONE_BY_OPERATOR: [],
  TASK_UNKNOWN: [],
};

/** Whether a report may change what is known of a task. A repeated state is no change; ask `canBecome` only about different ones. */
export const canBecome = (from: TaskState, to: TaskState): boolean => NEXT[from].includes(to);

const TERMINAL: ReadonlySet<TaskState> = new Set<TaskState>(ENDS);

/** Over for the framework. UNREACHABLE and UNKNOWN are not terminal (D-054). */
export const isTerminal = (state: TaskState): boolean => TERMINAL.has(state);

const PARTITION_STATES: ReadonlySet<TaskState> = new Set<TaskState>([
  'TASK_DROPPED',
  'TASK_UNREACHABLE',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
]);

/** A state as its framework is told it: without PARTITION_AWARE five states are all TASK_LOST (C-079, D-021, D-060). */
export const stateFor = (state: TaskState, partitionAware: boolean): TaskState =>
  !partitionAware && PARTITION_STATES.has(state) ? 'TASK_LOST' : state;

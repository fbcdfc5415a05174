import { type AgentId, type Refusal, refuse, type TaskId } from '@holdfast/core/base';
import { idProblem } from '@holdfast/core/resources';
import { isSameExecutor } from './same-executor';
import type { Command, ExecutorInfo, TaskInfo } from './task';
import { type TaskVolume, taskVolumesProblem, volumesOf } from './task-volumes';
import { unsupportedProblem, usageProblem } from './usage-problem';
import { userProblem } from './user-problem';

/** What a task is judged against. */
export interface TaskSurroundings {
  /** The agent of the accepted offers. */
  readonly agentId: AgentId;
  /** Whether the framework has a task of this id that is not over and acknowledged, or that is unreachable (D-031). */
  readonly isTaskKnown: (taskId: TaskId) => boolean;
  /** Of a task in a group: what it may name as its executor, and nothing else. */
  readonly groupExecutor?: ExecutorInfo;
}

/**
 * Refuses a task that is wrong in itself, wherever it would run: `task_invalid` with the first error in the order of D-030.
 * Whether it fits into the offers is the planner's question. `volumes`: those of the task, for a caller that has them.
 */
export function checkTask(
  task: TaskInfo,
  surroundings: TaskSurroundings,
  volumes: readonly TaskVolume[] = volumesOf(task),
): Refusal | undefined {
  const problem =
    idOfTask(task, surroundings) ??
    agentOfTask(task, surroundings) ??
    gracePeriod(task) ??
    unsupportedProblem(task.unsupportedFields) ??
    usageProblem(task.resources) ??
    taskVolumesProblem(volumes) ??
    commandProblem(task.command) ??
    executorProblem(task, surroundings);
  return problem === undefined ? undefined : refuse('task_invalid', { taskId: task.taskId, problem });
}

function idOfTask({ taskId }: TaskInfo, { isTaskKnown }: TaskSurroundings): string | undefined {
  const problem = idProblem(taskId);
  if (problem !== undefined) return `its id ${problem}.`;
  return isTaskKnown(taskId) ? 'the framework already has a task with this id.' : undefined;
}

/** D-032. */
const agentOfTask = (task: TaskInfo, { agentId }: TaskSurroundings): string | undefined =>
  task.agentId === agentId ? undefined : `it names agent ${task.agentId || '(none)'}, but the accepted offers are of agent ${agentId}.`;

/** D-040. */
const gracePeriod = ({ killGraceMs }: TaskInfo): string | undefined =>
  killGraceMs === undefined || killGraceMs >= 0 ? undefined : 'kill_policy.grace_period must not be negative.';

/** D-033; a task by itself is its command, a task in a group runs under the group's executor and names no other (D-037). */
function executorProblem({ executor }: TaskInfo, { groupExecutor }: TaskSurroundings): string | undefined {
  if (executor === undefined) return undefined;
  if (groupExecutor === undefined)
    return 'it sets executor, which Holdfast carries out for task groups only; leave it out, or use LAUNCH_GROUP.';
  return isSameExecutor(executor, groupExecutor)
    ? undefined
    : `its executor ${executor.executorId || '(without id)'} is not that of its group, ${groupExecutor.executorId}; leave it out, or repeat that of the group as it is.`;
}

/** D-033. */
function commandProblem(command: Command | undefined): string | undefined {
  if (command === undefined) return 'it has no command.';
  if (command.value === undefined || command.value === '') return 'its command has no value, which is what to run.';
  if (command.value.includes('\0') || command.args.some((arg) => arg.includes('\0'))) return 'its command contains a NUL character.';
  const user = userProblem(command.user ?? '');
  if (user !== undefined) return `its command's user ${user}`;
  for (const { name, value } of command.environment) {
    if (name === '' || name.includes('=') || name.includes('\0')) return `its environment has a variable with the invalid name '${name}'.`;
    if (value.includes('\0')) return `its environment variable ${name} contains a NUL character.`;
  }
  return undefined;
}

import { type AgentId, type Refusal, refuse, type TaskId } from '@holdfast/core/base';
import { idProblem } from '@holdfast/core/resources';
import { commandProblem } from './check-command';
import { limitsProblem } from './check-limits';
import { checkProblem, healthCheckProblem } from './check-probe';
import { isSameExecutor } from './same-executor';
import type { ExecutorInfo, TaskInfo } from './task';
import { type TaskVolume, taskVolumesProblem, volumesOf } from './task-volumes';
import { unsupportedProblem, usageProblem } from './usage-problem';

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
 * Its executor is judged by `executorProblem`; whether both fit into the offers is the planner's question. `volumes`: those of the task, for a
 * caller that has them.
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
    maxCompletion(task) ??
    checkProblem(task) ??
    healthCheckProblem(task) ??
    usageProblem(task.resources) ??
    taskVolumesProblem(volumes) ??
    whatToRun(task, surroundings) ??
    unsupportedProblem(task.unsupportedFields) ??
    limits(task, surroundings) ??
    executorOfGroup(task, surroundings);
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

/** D-040. */
const maxCompletion = ({ maxCompletionMs }: TaskInfo): string | undefined =>
  maxCompletionMs === undefined || maxCompletionMs >= 0 ? undefined : 'max_completion_time must not be negative.';

/** D-033: a command, or an executor that knows what to do; one that the framework brings to a group may know it, too. */
function whatToRun({ command, executor }: TaskInfo, { groupExecutor }: TaskSurroundings): string | undefined {
  const isOnlyTask = groupExecutor === undefined;
  if (command === undefined) {
    if (isOnlyTask) return executor === undefined ? 'it has neither a command nor an executor; give it one of them.' : undefined;
    return groupExecutor.type === 'CUSTOM' ? undefined : 'it has no command, which the executor that is built in would run.';
  }
  if (isOnlyTask && executor !== undefined) return 'it has both a command and an executor; leave one of them out.';
  return commandProblem(command);
}

function limits({ limits: own, resources, executor }: TaskInfo, { groupExecutor }: TaskSurroundings): string | undefined {
  if (own === undefined) return undefined;
  if ((groupExecutor ?? executor)?.type === 'CUSTOM')
    return 'it sets limits, but shares the container of its executor, for which nothing can be limited task by task; leave them out.';
  return limitsProblem(own, resources);
}

/** D-037: a task in a group runs under the group's executor and names no other. */
function executorOfGroup({ executor }: TaskInfo, { groupExecutor }: TaskSurroundings): string | undefined {
  if (executor === undefined || groupExecutor === undefined || isSameExecutor(executor, groupExecutor)) return undefined;
  return `its executor ${executor.executorId || '(without id)'} is not that of its group, ${groupExecutor.executorId}; leave it out, or repeat that of the group as it is.`;
}

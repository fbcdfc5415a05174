import { ok, type Refusal, refuse, refused, type Result, type TaskId } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import { checkExecutor } from '@holdfast/core/tasks';
import type { PlannedGroup, PlannedStep, PlannedTask } from './accept-plan';
import { checkTogether, firstRefusal } from './check-group';
import type { LaunchGroupOperation } from './operation';
import { allocationProblem, mayRun, placeTask, quantitiesOf, type SoundTask, soundTask, stepsOfVolumes } from './plan-task';
import { ascending, type PlannedExecutor, type Planning } from './planning';

interface SoundGroup extends PlannedGroup {
  readonly tasks: readonly SoundTask[];
  readonly running: PlannedExecutor | undefined;
}

/**
 * Judges a LAUNCH_GROUP as one: either all of its tasks are launched or none, and the first error is everybody's (B-074). A shared volume is to
 * it what it is to a LAUNCH: one offered copy serves all of its tasks (A-055, in place of A-070). Its units stand or fall together.
 */
export function planGroup(planning: Planning, operation: LaunchGroupOperation, step: number): PlannedStep {
  const group = soundGroup(planning, operation);
  if (!group.ok) return refusedStep(operation, group.refusal);
  const { tasks, executor, executorResources, running } = group.value;
  const denied = firstRefusal(tasks, (task) => mayRun(planning, task));
  if (denied) return refusedStep(operation, denied);
  const taken = take(planning, tasks, executorResources);
  if (!taken.ok) return refusedStep(operation, taken.refusal);

  const requires = ascending([...taken.value, ...(running?.step === undefined ? [] : [running.step])]);
  const planned = placeTasks(planning, tasks, requires);
  const units = planned.map(({ unit }) => unit).filter((unit) => unit !== undefined);
  planning.noteStep(step, units, requires);
  if (!running) planning.noteExecutor(executor, step);
  return {
    operation,
    result: { type: operation.type, tasks: operation.tasks.map(({ taskId }) => ({ taskId })) },
    units,
    requires,
    tasks: planned,
    group: { executor, executorResources },
  };
}

/** In the order of D-030: each task, then the executor, then all together. */
function soundGroup(planning: Planning, { id, executor, tasks: requests }: LaunchGroupOperation): Result<SoundGroup> {
  if (id !== undefined) return invalid('A LAUNCH_GROUP may not carry an operation id.'); // D-090
  if (requests.length === 0) return invalid('The task group has no tasks.');
  const tasks = soundTasks(planning, executor, requests);
  if (!tasks.ok) return tasks;

  const running = planning.findExecutor(executor.executorId);
  const refusal = checkExecutor(executor, running?.executor);
  if (refusal) return refused(refusal);
  const problem = allocationProblem(planning, executor.resources);
  if (problem !== undefined) return invalid(`Executor ${executor.executorId}: ${problem}`);
  const resources = executor.resources.allocate(planning.context.role);
  const together = checkTogether(tasks.value, resources);
  if (together) return refused(together);
  // What runs already is not charged again (D-036).
  return ok({ tasks: tasks.value, executor, executorResources: running ? Resources.empty : resources, running });
}

const invalid = (problem: string): Result<never> => refused(refuse('operation_invalid', { problem }));

/** Ids are unique within the group, too (D-031). */
function soundTasks(
  planning: Planning,
  groupExecutor: LaunchGroupOperation['executor'],
  requests: LaunchGroupOperation['tasks'],
): Result<readonly SoundTask[]> {
  const ids = new Set<TaskId>();
  const isTaskKnown = (taskId: TaskId) => ids.has(taskId) || planning.isTaskKnown(taskId);
  const tasks: SoundTask[] = [];
  for (const request of requests) {
    const task = soundTask(planning, request, { agentId: planning.context.agentId, isTaskKnown, groupExecutor });
    if (!task.ok) return task;
    ids.add(task.value.info.taskId);
    tasks.push(task.value);
  }
  return ok(tasks);
}

/** The steps on which the group depends; nothing is taken if it does not fit (D-036). */
function take(planning: Planning, tasks: readonly SoundTask[], executorResources: Resources): Result<readonly number[]> {
  const createdBy: number[] = [];
  for (const task of tasks) {
    const steps = stepsOfVolumes(planning, task);
    if (!steps.ok) return steps;
    createdBy.push(...steps.value);
  }
  const needed = Resources.sum([executorResources, ...tasks.map(quantitiesOf)]);
  const steps = planning.pool.take(needed);
  return steps ? ok([...createdBy, ...steps]) : refused(planning.insufficient(needed));
}

/** Every unit says on what the group depends, as any of them failing fails it; the first says how many they are. */
function placeTasks(planning: Planning, tasks: readonly SoundTask[], requires: readonly number[]): readonly PlannedTask[] {
  const holders = tasks.filter(({ volumes }) => volumes.length > 0);
  return tasks.map((task) => placeTask(planning, task, requires, task === holders[0] && holders.length > 1 ? holders.length : undefined));
}

const refusedStep = (operation: LaunchGroupOperation, refusal: Refusal): PlannedStep => ({
  operation,
  result: { type: operation.type, refusal, tasks: operation.tasks.map(({ taskId }) => ({ taskId, refusal })) },
  units: [],
  requires: [],
  tasks: operation.tasks.map(() => undefined),
});

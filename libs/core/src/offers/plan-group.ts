import { ok, type Refusal, refuse, refused, type Result, type TaskId } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import type { PlannedStep, PlannedTask } from './accept-plan';
import { checkTogether, firstRefusal } from './check-group';
import type { LaunchGroupOperation } from './operation';
import { mayRunExecutor, soundExecutor, type SoundExecutor, type TakenWithExecutor, takeWithExecutor } from './plan-executor';
import { mayRun, placeTask, quantitiesOf, type SoundTask, soundTask, stepsOfVolumes } from './plan-task';
import { ascending, type Planning } from './planning';

interface SoundGroup {
  readonly tasks: readonly SoundTask[];
  readonly executor: SoundExecutor;
}

/**
 * Judges a LAUNCH_GROUP as one: either all of its tasks are launched or none, and the first error is everybody's (B-074). A shared volume is to
 * it what it is to a LAUNCH: one offered copy serves all of its tasks (A-055, in place of A-070). Its units stand or fall together.
 */
export function planGroup(planning: Planning, operation: LaunchGroupOperation, step: number): PlannedStep {
  const group = soundGroup(planning, operation);
  if (!group.ok) return refusedStep(operation, group.refusal);
  const { tasks, executor } = group.value;
  const denied = firstRefusal(tasks, (task) => mayRun(planning, task)) ?? mayRunExecutor(planning, executor.executor);
  if (denied) return refusedStep(operation, denied);
  const taken = take(planning, tasks, executor);
  if (!taken.ok) return refusedStep(operation, taken.refusal);

  const { use, requires } = taken.value;
  const planned = placeTasks(planning, tasks, requires);
  const units = planned.map(({ unit }) => unit).filter((unit) => unit !== undefined);
  planning.noteStep(step, units, requires);
  return {
    operation,
    result: { type: operation.type, tasks: operation.tasks.map(({ taskId }) => ({ taskId })) },
    units,
    requires,
    tasks: planned,
    group: use,
  };
}

/** In the order of D-030: each task, then the executor, then all together. */
function soundGroup(planning: Planning, { id, executor: info, tasks: requests }: LaunchGroupOperation): Result<SoundGroup> {
  if (id !== undefined) return invalid('A LAUNCH_GROUP may not carry an operation id.'); // D-090
  if (requests.length === 0) return invalid('The task group has no tasks.');
  const tasks = soundTasks(planning, info, requests);
  if (!tasks.ok) return tasks;

  const executor = soundExecutor(planning, info, 'LAUNCH_GROUP', (problem) => refuse('operation_invalid', { problem }));
  if (!executor.ok) return executor;
  const together = checkTogether(tasks.value, executor.value.resources);
  return together ? refused(together) : ok({ tasks: tasks.value, executor: executor.value });
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

/** Nothing is taken if it does not fit (D-036). */
function take(planning: Planning, tasks: readonly SoundTask[], executor: SoundExecutor): Result<TakenWithExecutor> {
  const createdBy: number[] = [];
  for (const task of tasks) {
    const steps = stepsOfVolumes(planning, task);
    if (!steps.ok) return steps;
    createdBy.push(...steps.value);
  }
  const taken = takeWithExecutor(planning, executor, Resources.sum(tasks.map(quantitiesOf)));
  if (!taken.ok) return taken;
  return ok({ ...taken.value, requires: ascending([...createdBy, ...taken.value.requires]) });
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

import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import type { ExecutorInfo, TaskSurroundings } from '@holdfast/core/tasks';
import type { PlannedStep, PlannedTask } from './accept-plan';
import { checkTogether } from './check-group';
import type { LaunchOperation, TaskRequest } from './operation';
import { mayRunExecutor, soundExecutor, takeWithExecutor } from './plan-executor';
import { mayRun, placeTask, quantitiesOf, type SoundTask, soundTask, stepsOfVolumes } from './plan-task';
import { ascending, type Planning } from './planning';

/** Judges each task alone on what the steps and tasks before have left (B-074). A LAUNCH without tasks is none (B-077). */
export function planLaunch(planning: Planning, operation: LaunchOperation): PlannedStep {
  const surroundings = { agentId: planning.context.agentId, isTaskKnown: planning.isTaskKnown };
  const planned = operation.tasks.map((request) => planTask(planning, operation, request, surroundings));
  return {
    operation,
    result: {
      type: operation.type,
      tasks: planned.map((task, at) => resultOf(operation.tasks[at]!, task)),
    },
    units: [],
    requires: [],
    tasks: planned.map((task) => (task.ok ? task.value : undefined)),
  };
}

const resultOf = ({ taskId }: TaskRequest, task: Result<PlannedTask>) => (task.ok ? { taskId } : { taskId, refusal: task.refusal });

function planTask(planning: Planning, { id }: LaunchOperation, request: TaskRequest, surroundings: TaskSurroundings): Result<PlannedTask> {
  if (id !== undefined && request.task.ok)
    return refused(refuse('task_invalid', { taskId: request.taskId, problem: 'a LAUNCH may not carry an operation id.' })); // D-090
  const task = soundTask(planning, request, surroundings);
  if (!task.ok) return task;
  const denied = mayRun(planning, task.value);
  if (denied) return refused(denied);

  return task.value.info.executor
    ? planWithExecutor(planning, task.value, task.value.info.executor)
    : planCommandTask(planning, task.value);
}

function planCommandTask(planning: Planning, task: SoundTask): Result<PlannedTask> {
  const createdBy = stepsOfVolumes(planning, task);
  if (!createdBy.ok) return createdBy;
  const steps = planning.pool.take(quantitiesOf(task));
  if (!steps) return refused(planning.insufficient(task.resources));
  return ok(placeTask(planning, task, ascending([...steps, ...createdBy.value])));
}

/** A task that its framework's own executor runs: the executor comes with the first of its tasks that is launched (D-033…D-036). */
function planWithExecutor(planning: Planning, task: SoundTask, info: ExecutorInfo): Result<PlannedTask> {
  const { taskId } = task.info;
  const executor = soundExecutor(planning, info, 'LAUNCH', (problem) => refuse('task_invalid', { taskId, problem }));
  if (!executor.ok) return executor;
  const wrong = checkTogether([task], executor.value.resources) ?? mayRunExecutor(planning, info);
  if (wrong) return refused(wrong);
  const createdBy = stepsOfVolumes(planning, task);
  if (!createdBy.ok) return createdBy;
  const taken = takeWithExecutor(planning, executor.value, quantitiesOf(task));
  if (!taken.ok) return taken;
  const { use, requires } = taken.value;
  return ok({ ...placeTask(planning, task, ascending([...requires, ...createdBy.value])), executor: use });
}

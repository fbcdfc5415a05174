import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import type { TaskSurroundings } from '@holdfast/core/tasks';
import type { PlannedStep, PlannedTask } from './accept-plan';
import type { LaunchOperation, TaskRequest } from './operation';
import { mayRun, placeTask, quantitiesOf, soundTask, stepsOfVolumes } from './plan-task';
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

  const createdBy = stepsOfVolumes(planning, task.value);
  if (!createdBy.ok) return createdBy;
  const steps = planning.pool.take(quantitiesOf(task.value));
  if (!steps) return refused(planning.insufficient(task.value.resources));
  return ok(placeTask(planning, task.value, ascending([...steps, ...createdBy.value])));
}

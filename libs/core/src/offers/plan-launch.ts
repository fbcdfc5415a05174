import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import { type Resources, unallocatedIdentity } from '@holdfast/core/resources';
import { checkTask, type TaskInfo, type TaskVolume, volumesOf } from '@holdfast/core/tasks';
import type { PlannedStep, PlannedTask } from './accept-plan';
import type { LaunchOperation, TaskRequest } from './operation';
import { ascending, type Planning } from './planning';

/** Judges each task alone on what the steps and tasks before have left (B-074). A LAUNCH without tasks is none (B-077). */
export function planLaunch(planning: Planning, operation: LaunchOperation): PlannedStep {
  const planned = operation.tasks.map((request) => planTask(planning, operation, request));
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

function planTask(planning: Planning, { id }: LaunchOperation, { taskId, task }: TaskRequest): Result<PlannedTask> {
  if (!task.ok) return task;
  if (id !== undefined) return refused(refuse('task_invalid', { taskId, problem: 'a LAUNCH may not carry an operation id.' })); // D-090
  const info = task.value;
  const volumes = volumesOf(info);
  const refusal = checkTask(info, { agentId: planning.context.agentId, isTaskKnown: planning.isTaskKnown }, volumes);
  if (refusal) return refused(refusal);

  const resources = allocatedResources(planning, info);
  if (!resources.ok) return resources;
  const requires = take(planning, resources.value, volumes);
  if (!requires) return refused(planning.insufficient(resources.value));
  planning.noteTask(info.taskId);
  return ok(launchOf(planning, info, resources.value, volumes, requires));
}

/** B-025. That the task's resources are allocated to one role at most has been checked. */
function allocatedResources({ context: { role } }: Planning, { taskId, resources }: TaskInfo): Result<Resources> {
  for (const { resource } of resources.entries()) {
    const own = resource.allocationRole;
    if (own === undefined || own === role) break;
    const problem = `its resources are allocated to the role '${own}', but the accepted offers are for '${role}'.`;
    return refused(refuse('task_invalid', { taskId, problem }));
  }
  return ok(resources.allocate(role));
}

/** The steps on which the task depends, or nothing, taking nothing, if it does not fit (D-036). */
function take({ pool, volumes }: Planning, resources: Resources, wanted: readonly TaskVolume[]): readonly number[] | undefined {
  if (wanted.length === 0) return pool.take(resources);
  const createdBy: number[] = [];
  for (const { volume, copies, resource } of wanted) {
    const inHand = volumes.find(volume);
    if (!inHand || !volumes.isFree(volume) || copies > inHand.copies) return undefined;
    if (unallocatedIdentity(inHand.resource) !== unallocatedIdentity(resource)) return undefined;
    if (inHand.createdBy !== undefined) createdBy.push(inHand.createdBy);
  }
  const steps = pool.take(resources.subtract(resources.persistentVolumes()));
  if (!steps) return undefined;
  for (const { volume } of wanted) volumes.take(volume);
  return ascending([...steps, ...createdBy]);
}

/** A task holds all of its volumes or none: one unit. Tasks without volumes never ask the ledger. */
function launchOf(
  planning: Planning,
  info: TaskInfo,
  resources: Resources,
  volumes: readonly TaskVolume[],
  requires: readonly number[],
): PlannedTask {
  const { framework, agentId, newLaunchId } = planning.context;
  const launchId = newLaunchId();
  const task = { info, launchId, resources, requires, volumes };
  if (volumes.length === 0) return task;
  const holder = { frameworkId: framework.id, taskId: info.taskId, launchId, agentId };
  const held = volumes.map(({ volume, mode }) => ({ volume, mode }));
  return { ...task, unit: planning.addUnit({ kind: 'acquire_volumes', holder, volumes: held }, requires) };
}

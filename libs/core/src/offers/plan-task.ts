import { ok, type Refusal, refuse, refused, type Result } from '@holdfast/core/base';
import { type Resources, unallocatedIdentity } from '@holdfast/core/resources';
import { checkTask, type TaskInfo, type TaskSurroundings, type TaskVolume, volumesOf } from '@holdfast/core/tasks';
import { type LedgerUnit, splitVolumeKey } from '@holdfast/core/volumes';
import type { PlannedTask } from './accept-plan';
import { resizedSentence } from './check-volume';
import type { TaskRequest } from './operation';
import { runAction } from './operation-action';
import type { Planning } from './planning';

/** A task that is right in itself; whether it fits is not known yet. */
export interface SoundTask {
  readonly info: TaskInfo;
  /** Allocated to the role of the offers. */
  readonly resources: Resources;
  readonly volumes: readonly TaskVolume[];
}

/** Refused with `task_invalid`, or as it was when it was read (B-076). */
export function soundTask(planning: Planning, { task }: TaskRequest, surroundings: TaskSurroundings): Result<SoundTask> {
  if (!task.ok) return task;
  const info = task.value;
  const volumes = volumesOf(info);
  const refusal = checkTask(info, surroundings, volumes);
  if (refusal) return refused(refusal);
  const problem = allocationProblem(planning, info.resources);
  if (problem !== undefined) return refused(refuse('task_invalid', { taskId: info.taskId, problem }));
  return ok({ info, resources: info.resources.allocate(planning.context.role), volumes });
}

/** B-025. That the resources are allocated to one role at most has been checked. */
export function allocationProblem({ context: { role } }: Planning, resources: Resources): string | undefined {
  for (const { resource } of resources.entries()) {
    const own = resource.allocationRole;
    return own === undefined || own === role
      ? undefined
      : `its resources are allocated to the role '${own}', but the accepted offers are for '${role}'.`;
  }
  return undefined;
}

/** B-075. */
export const mayRun = ({ context: { authorize, framework } }: Planning, { info }: SoundTask): Refusal | undefined =>
  authorize(runAction(info, framework));

const NO_STEPS: readonly number[] = [];

/** The steps on which the volumes of a task depend, which are in hand as the task names them; nothing is taken. */
export function stepsOfVolumes(planning: Planning, { info, volumes, resources }: SoundTask): Result<readonly number[]> {
  if (volumes.length === 0) return ok(NO_STEPS);
  const createdBy: number[] = [];
  for (const { volume, copies, resource } of volumes) {
    const inHand = planning.volumes.find(volume);
    if (inHand?.resizedBy !== undefined)
      return refused(refuse('task_invalid', { taskId: info.taskId, problem: resizedSentence(volume, inHand.resizedBy) }));
    const isInHand = inHand && planning.volumes.isFree(volume) && copies <= inHand.copies;
    if (!isInHand || unallocatedIdentity(inHand.resource) !== unallocatedIdentity(resource))
      return refused(planning.insufficient(resources));
    if (!planning.volumes.isCurrent(resource)) return refused(refuse('volume_not_found', splitVolumeKey(volume)));
    if (inHand.createdBy !== undefined) createdBy.push(inHand.createdBy);
  }
  return ok(createdBy);
}

/** What it takes of the pool. */
export const quantitiesOf = ({ resources, volumes }: SoundTask): Resources =>
  volumes.length === 0 ? resources : resources.subtract(resources.persistentVolumes());

/** From here on the task is launched, if the steps take effect and the ledger has nothing against it. Its quantities have been taken. */
export function placeTask(planning: Planning, task: SoundTask, requires: readonly number[], together?: number): PlannedTask {
  const { info, resources, volumes } = task;
  for (const { volume } of volumes) planning.volumes.take(volume);
  planning.noteTask(info.taskId);
  const launchId = planning.context.newLaunchId();
  if (volumes.length === 0) return { info, launchId, resources, requires, volumes };
  const unit = planning.addUnit(acquireUnit(planning, task, launchId, together), requires);
  return { info, launchId, resources, unit, requires, volumes };
}

/** A task holds all of its volumes or none: one unit. Tasks without volumes never ask the ledger. */
function acquireUnit(
  { context: { framework, agentId } }: Planning,
  { info, volumes }: SoundTask,
  launchId: string,
  together: number | undefined,
): LedgerUnit {
  const holder = { frameworkId: framework.id, taskId: info.taskId, launchId, agentId };
  const held = volumes.map(({ volume, mode }) => ({ volume, mode }));
  return { kind: 'acquire_volumes', holder, volumes: held, ...(together !== undefined && { together }) };
}

import { type Refusal, refuse } from '@holdfast/core/base';
import { allocated, Resources, unallocated, unallocatedIdentity } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { PlannedStep } from './accept-plan';
import { checkResize } from './check-resize';
import { injectedRole, resizeConversion, resizedVolume } from './conversion';
import type { ResizeOperation } from './operation';
import { resizeAction } from './operation-action';
import { ascending, type Planning } from './planning';
import { refusedStep } from './refused-step';

/**
 * Judges a GROW_VOLUME or SHRINK_VOLUME on what the steps before have left. It takes the volume and what is added, and leaves nothing: its
 * results cannot be used by the steps after it (B-060), so that none of them depends on it.
 */
export function planResize(planning: Planning, operation: ResizeOperation, step: number): PlannedStep {
  const { context, volumes } = planning;
  const { framework, role, mayGrowShared } = context;
  const findVolume = volumes.findOnAgent.bind(volumes);
  const asked = {
    ...operation,
    volume: injectedRole(operation.volume, role),
    change: injectedRole(operation.change, role),
  };
  const refusal = checkResize(asked, { framework, role, mayGrowShared, findVolume }) ?? context.authorize(resizeAction(asked));
  if (refusal) return refusedStep(operation, refusal);

  const key = keyOfVolume(asked.volume);
  // As the agent has it, since container path and creator are not looked at when a volume is named (A-005, B-123).
  const resize = { ...asked, volume: allocated(findVolume(key)!.resource, role) };
  const conversion = resizeConversion(resize);
  const taken = take(planning, resize);
  if ('code' in taken) return refusedStep(operation, taken);

  const requires = ascending(taken);
  const to = unallocated(resizedVolume(resize));
  const units = [planning.addUnit({ kind: 'resize_volume', volume: key, resource: to }, requires)];
  volumes.resize(key, step);
  return {
    operation,
    result: { type: operation.type, tasks: [] },
    conversion,
    units,
    requires,
    tasks: [],
    resized: { from: unallocated(resize.volume), to },
  };
}

/**
 * The steps that must take effect for the volume and what is added to be there. A shared volume may be in the offers in several copies, and tasks
 * of earlier steps may use it; one that is not shared serves either a task or a resize (B-063).
 */
function take(planning: Planning, { type, volume, change }: ResizeOperation): readonly number[] | Refusal {
  const { pool, volumes } = planning;
  const key = keyOfVolume(volume);
  const inHand = volumes.find(key);
  if (!inHand || unallocatedIdentity(inHand.resource) !== unallocatedIdentity(volume)) return planning.insufficient(Resources.of([volume]));
  if (!volumes.isFree(key))
    return refuse('operation_invalid', { problem: `Volume ${key} is used by a task of the same call, and is not shared.` });
  const needed = Resources.of(type === 'GROW_VOLUME' ? [change] : []);
  const steps = pool.take(needed);
  if (!steps) return planning.insufficient(needed);
  return inHand.createdBy === undefined ? steps : [...steps, inHand.createdBy];
}

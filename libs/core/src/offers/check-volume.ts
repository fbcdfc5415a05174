import { type Refusal, refuse } from '@holdfast/core/base';
import { containerPathProblem, formatResource, isPersistentVolume, type Resource, unallocatedIdentity } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import { splitVolumeKey, type VolumeKey } from '@holdfast/core/volumes';
import type { OperationSurroundings } from './operation-surroundings';

const invalid = (problem: string): Refusal => refuse('operation_invalid', { problem });

type Check = (volume: Resource, surroundings: OperationSurroundings) => Refusal | undefined;

/**
 * CREATE, in the order of B-050: volumes that may be written, whose key is new on the agent, for a framework that may share them, made in its
 * own name. In which role the disk is reserved is not asked (B-052); that it is in the offers is the planner's question.
 */
export const checkCreate = (volumes: readonly Resource[], surroundings: OperationSurroundings): Refusal | undefined =>
  each([isWritableVolume, hasContainerPath], volumes, surroundings) ??
  namedOnce(volumes) ??
  each([isNew], volumes, surroundings) ??
  each([mayBeShared], volumes, surroundings) ??
  each([carriesOwnPrincipal], volumes, surroundings);

/**
 * DESTROY, in the order of A-038; the mode is looked at although it is no part of a volume's identity. Who uses the volume is for the
 * ledger to say, which names the holders.
 */
export const checkDestroy = (volumes: readonly Resource[], surroundings: OperationSurroundings): Refusal | undefined =>
  each([isWritableVolume], volumes, surroundings) ?? namedOnce(volumes) ?? each([existsUnchanged], volumes, surroundings);

function each(checks: readonly Check[], volumes: readonly Resource[], surroundings: OperationSurroundings): Refusal | undefined {
  for (const volume of volumes) {
    for (const check of checks) {
      const refusal = check(volume, surroundings);
      if (refusal) return refusal;
    }
  }
  return undefined;
}

/** A task may still use the volume read-only. */
export function isWritableVolume(volume: Resource): Refusal | undefined {
  if (!isPersistentVolume(volume)) return invalid(`${formatResource(volume)} is not a persistent volume.`);
  return volume.disk?.volume?.mode === 'RO'
    ? invalid(
        `Volume ${keyOfVolume(volume)} is named with mode RO, and read-only persistent volumes are not supported; a task may use it read-only.`,
      )
    : undefined;
}

/** Architecture 11.4. A DESTROY may still name a volume with any path, since the path is no part of its identity. */
function hasContainerPath(volume: Resource): Refusal | undefined {
  const problem = containerPathProblem(volume.disk?.volume?.containerPath ?? '');
  return problem === undefined ? undefined : invalid(`The container path of volume ${keyOfVolume(volume)} ${problem}.`);
}

/** By key, since equal shared volumes would merge into two copies of one. */
function namedOnce(volumes: readonly Resource[]): Refusal | undefined {
  const seen = new Set<VolumeKey>();
  for (const volume of volumes) {
    const key = keyOfVolume(volume);
    if (seen.has(key)) return invalid(`The operation names volume ${key} twice.`);
    seen.add(key);
  }
  return undefined;
}

/** Unique by reservation role and id on the whole agent, shared or not, whatever its size. */
function isNew(volume: Resource, { findVolume }: OperationSurroundings): Refusal | undefined {
  const key = keyOfVolume(volume);
  const other = findVolume(key);
  return other === undefined || other.destroyedBy !== undefined ? undefined : refuse('volume_exists', splitVolumeKey(key));
}

/** */
function mayBeShared(volume: Resource, { framework }: OperationSurroundings): Refusal | undefined {
  if (!volume.shared || framework.capabilities.has('SHARED_RESOURCES')) return undefined;
  return refuse('capability_missing', {
    capability: 'SHARED_RESOURCES',
    reason: `it would not be offered the shared volume ${keyOfVolume(volume)}.`,
  });
}

/** B-051. */
function carriesOwnPrincipal(volume: Resource, { framework: { principal } }: OperationSurroundings): Refusal | undefined {
  const creator = volume.disk?.persistence?.principal;
  if (principal === undefined || creator === principal) return undefined;
  const carried = creator === undefined ? 'none' : `'${creator}'`;
  return invalid(
    `Volume ${keyOfVolume(volume)} must carry the framework's principal '${principal}' in disk.persistence; it carries ${carried}.`,
  );
}

/** Exactly as it is, but for container path and creator, and left alone by the operations before. */
export const existsUnchanged: Check = (volume, surroundings) =>
  notResizedBefore(volume, surroundings) ?? exists(volume, surroundings) ?? notDestroyedBefore(volume, surroundings);

function exists(volume: Resource, { findVolume }: OperationSurroundings): Refusal | undefined {
  const key = keyOfVolume(volume);
  const known = findVolume(key);
  if (known && unallocatedIdentity(known.resource) === unallocatedIdentity(volume)) return undefined;
  return refuse('volume_not_found', splitVolumeKey(key));
}

function notDestroyedBefore(volume: Resource, { findVolume }: OperationSurroundings): Refusal | undefined {
  const key = keyOfVolume(volume);
  const known = findVolume(key);
  const by = known?.destroyedBy ?? known?.drainedBy;
  return by === undefined ? undefined : invalid(`Volume ${key} is to be destroyed by operation ${by} of the same call already.`);
}

/** Asked before the size is looked at, since both sizes are wrong then (B-060). */
function notResizedBefore(volume: Resource, { findVolume }: OperationSurroundings): Refusal | undefined {
  const key = keyOfVolume(volume);
  const by = findVolume(key)?.resizedBy;
  return by === undefined ? undefined : invalid(resizedSentence(key, by));
}

/** Why neither the old nor the new volume can be used in this call; a sentence (B-060, architecture 11.5). */
export const resizedSentence = (key: VolumeKey, operation: number): string =>
  `Volume ${key} is resized by operation ${operation} of the same call; use it with the next offer, which has its new size.`;

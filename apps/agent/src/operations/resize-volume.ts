import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import { type Conversion, resizeConversion, resizedVolume, type ResizeOperation } from '@holdfast/core/offers';
import { isPersistentVolume, type Resource, toPlainDisk, unallocated, unallocatedIdentity } from '@holdfast/core/resources';
import { splitVolumeKey, type VolumeKey } from '@holdfast/core/volumes';

/** What a GROW_VOLUME or SHRINK_VOLUME comes to. */
export interface Resize {
  readonly conversion: Conversion;
  /** The volume has that size already: the same operation has come before. */
  readonly isDone: boolean;
}

/**
 * `known`: the volume of this name that the agent has, which must be exactly the one that is named, or the one that it is to become. Where it
 * appears in containers, and who made it, stay as they were at its creation.
 */
export function planResize(operation: ResizeOperation, key: VolumeKey, known: Resource | undefined): Result<Resize> {
  const volume = unallocated(operation.volume);
  const change = unallocated(operation.change);
  const problem = resizeProblem(operation.type, volume, change);
  if (problem !== undefined) return refused(refuse('agent_failed', { problem: `volume ${key} cannot be resized: ${problem}` }));
  if (!known) return refused(refuse('volume_not_found', splitVolumeKey(key)));
  const meant: ResizeOperation = { ...operation, volume: { ...known, value: volume.value }, change };
  const isDone = isSame(known, resizedVolume({ ...operation, volume, change }));
  if (!isDone && !isSame(known, volume)) return refused(refuse('volume_not_found', splitVolumeKey(key)));
  return ok({ conversion: resizeConversion(meant), isDone });
}

/** The master has judged all of this; here it would change what is on the disk. */
function resizeProblem(type: ResizeOperation['type'], volume: Resource, change: Resource): string | undefined {
  if (volume.value.kind !== 'scalar' || change.value.kind !== 'scalar') return 'it is not disk';
  if (volume.disk?.source?.type === 'MOUNT') return 'it is a whole MOUNT disk';
  if (isPersistentVolume(change)) return 'what is added or taken away must be plain disk';
  if (unallocatedIdentity(change) !== unallocatedIdentity(toPlainDisk(volume)))
    return 'what is added or taken away is other disk than its own';
  if (change.value.milli <= 0) return 'nothing is added or taken away';
  return type === 'SHRINK_VOLUME' && change.value.milli >= volume.value.milli ? 'nothing would be left of it' : undefined;
}

const isSame = (a: Resource, b: Resource): boolean => unallocatedIdentity(a) === unallocatedIdentity(b);

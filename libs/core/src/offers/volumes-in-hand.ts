import { type Resource, unallocatedIdentity } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { Planning } from './planning';

/**
 * All copies of a volume that the accepted offers hold are one volume to a DESTROY: Mesos refuses when two offers with it were accepted
 * but what the caller wants is plain. One copy is converted, the others go back as from a rescinded offer (settle-accept.ts).
 * Launches before do not stand in the way here: if one holds the volume, the ledger refuses and names it. Answers the steps that create them; undefined: one is not there.
 */
export function volumesInHand({ volumes }: Planning, destroyed: readonly Resource[]): readonly number[] | undefined {
  const createdBy: number[] = [];
  for (const volume of destroyed) {
    const inHand = volumes.find(keyOfVolume(volume));
    // An offer may still hold it as it was before a resize.
    if (!inHand || unallocatedIdentity(inHand.resource) !== unallocatedIdentity(volume)) return undefined;
    if (inHand.createdBy !== undefined) createdBy.push(inHand.createdBy);
  }
  return createdBy;
}

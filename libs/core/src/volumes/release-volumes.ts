import { holderId } from '@holdfast/core/base';
import type { DrainedVolume } from './ledger-unit';
import { DONE, type UnitRule } from './unit-rule';

/**
 * Takes one launch out of the holder sets, with the cause. One who is not there has been released (promise 6). A volume whose destroy waits
 * for this one only is being destroyed from now on (promise 1), if the store is verified: an unverified one may have forgotten a holder,
 * and leaves it to reconciliation.
 */
export const releaseVolumes: UnitRule<'release_volumes'> = (draft, { holder, volumes, cause }) => {
  const drained: DrainedVolume[] = [];
  for (const volume of volumes) {
    const known = draft.holder(volume, holderId(holder));
    if (!known) continue;
    draft.release(volume, known, cause);
    const done = draft.isVerified ? draft.destroyUnused(volume) : undefined;
    if (done) drained.push(done);
  }
  return drained.length > 0 ? { drained } : DONE;
};

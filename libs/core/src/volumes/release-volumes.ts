import { holderId } from '@holdfast/core/base';
import { DONE, type UnitRule } from './unit-rule';

/** Takes one launch out of the holder sets, with the cause. One who is not there has been released (promise 6). */
export const releaseVolumes: UnitRule<'release_volumes'> = (draft, { holder, volumes, cause }) => {
  for (const volume of volumes) {
    const known = draft.holder(volume, holderId(holder));
    if (known) draft.release(volume, known, cause);
  }
  return DONE;
};

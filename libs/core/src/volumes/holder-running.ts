import { holderId } from '@holdfast/core/base';
import { notAHolder, volumeNotFound } from './volume-refusals';
import { DONE, type UnitRule } from './unit-rule';

/** The agent reported the task running. One that the ledger does not know to hold a volume is refused: promise 2 is broken, and somebody must hear of it. */
export const holderRunning: UnitRule<'holder_running'> = (draft, { holder, volumes }) => {
  const id = holderId(holder);
  for (const volume of volumes) {
    if (!draft.volume(volume)) return { refusal: volumeNotFound(volume, draft.revision) };
    if (!draft.holder(volume, id)) return { refusal: notAHolder(volume, holder, draft.revision) };
  }
  for (const volume of volumes) {
    const known = draft.holder(volume, id);
    if (known?.state === 'pending') draft.updateHolder(volume, { ...known, state: 'running' }, 'holder_running');
  }
  return DONE;
};

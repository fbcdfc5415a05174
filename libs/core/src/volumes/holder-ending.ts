import { holderId } from '@holdfast/core/base';
import { DONE, type UnitRule } from './unit-rule';

/** The task is over for its framework, its process not yet known to be gone (architecture 11.1). One who holds nothing has ended already. */
export const holderEnding: UnitRule<'holder_ending'> = (draft, { holder, volumes }) => {
  for (const volume of volumes) {
    const known = draft.holder(volume, holderId(holder));
    if (known && known.state !== 'ending') draft.updateHolder(volume, { ...known, state: 'ending' }, 'holder_ending');
  }
  return DONE;
};

import { notBeingDestroyed, volumeInUse } from './volume-refusals';
import { DONE, type UnitRule } from './unit-rule';

/**
 * The agent has deleted the data; a tombstone keeps the generation. Only a volume that is being destroyed can be meant:
 * a late repetition must not reach a later volume of the same name (promise 10).
 */
export const volumeGone: UnitRule<'volume_gone'> = (draft, { volume, cause }) => {
  const record = draft.volume(volume);
  if (!record) return DONE;
  const { state, generation } = record;
  if (state === 'gone') return { generation };
  const holders = draft.holders(volume);
  if (holders.length > 0) return { refusal: volumeInUse(volume, holders, draft.revision) };
  if (state !== 'destroying') return { refusal: notBeingDestroyed(volume, state, draft.revision) };
  draft.moveVolume(volume, 'gone', 'volume_gone', cause);
  return { generation };
};

import { notBeingDestroyed, volumeInUse, volumeNotFound } from './volume-refusals';
import { DONE, type UnitRule } from './unit-rule';

/**
 * The agent has deleted the data; a tombstone keeps the generation. Of an earlier volume of the name this is old news (promise 10); of a
 * later one than is known it cannot be, unless the ledger has lost writes.
 */
export const volumeGone: UnitRule<'volume_gone'> = (draft, { volume, generation, cause }) => {
  const record = draft.volume(volume);
  if (generation > (record?.generation ?? 0)) return { refusal: volumeNotFound(volume, draft.revision) };
  if (!record || generation < record.generation) return DONE;
  if (record.state === 'gone') return { generation };
  const holders = draft.holders(volume);
  if (holders.length > 0) return { refusal: volumeInUse(volume, holders, draft.revision) };
  if (record.state !== 'destroying') return { refusal: notBeingDestroyed(volume, record.state, draft.revision) };
  draft.moveVolume(volume, 'gone', 'volume_gone', cause);
  return { generation };
};

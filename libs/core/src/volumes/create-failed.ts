import { isStillCreating } from './is-still-creating';
import { creationOver, volumeInUse, volumeNotFound } from './volume-refusals';
import { DONE, type UnitRule } from './unit-rule';

/**
 * The agent could not make the volume: those who waited for it are released with that cause, and it is gone.
 * A holder that runs speaks against it, and the volume stays (when in doubt, hold on). Of an earlier volume of the name this is old news
 * (promise 10); of a later one than is known it cannot be, unless the ledger has lost writes.
 */
export const createFailed: UnitRule<'create_failed'> = (draft, { volume, generation, cause }) => {
  const record = draft.volume(volume);
  if (generation > (record?.generation ?? 0)) return { refusal: volumeNotFound(volume, draft.revision) };
  if (!record || generation < record.generation) return DONE;
  if (record.state === 'gone') return { generation };
  if (!isStillCreating(record) && record.state !== 'destroying') return { refusal: creationOver(volume, record.state, draft.revision) };
  const holders = draft.holders(volume);
  if (holders.some((holder) => holder.state === 'running')) return { refusal: volumeInUse(volume, holders, draft.revision) };
  for (const holder of holders) draft.release(volume, holder, cause);
  draft.moveVolume(volume, 'gone', 'volume_gone', cause);
  return { generation };
};

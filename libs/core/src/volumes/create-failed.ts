import { creationOver, volumeInUse } from './volume-refusals';
import { DONE, type UnitRule } from './unit-rule';

/**
 * The agent could not make the volume: those who waited for it are released with that cause, and it is gone.
 * A holder that runs speaks against it, and the volume stays (when in doubt, hold on).
 */
export const createFailed: UnitRule<'create_failed'> = (draft, { volume, cause }) => {
  const record = draft.volume(volume);
  if (!record) return DONE;
  const { state, generation } = record;
  if (state === 'gone') return { generation };
  if (state !== 'creating' && state !== 'destroying') return { refusal: creationOver(volume, state, draft.revision) };
  const holders = draft.holders(volume);
  if (holders.some((holder) => holder.state === 'running')) return { refusal: volumeInUse(volume, holders, draft.revision) };
  for (const holder of holders) draft.release(volume, holder, cause);
  draft.moveVolume(volume, 'gone', 'volume_gone', cause);
  return { generation };
};

import { ledgerUnverified, volumeInUse, volumeNotFound } from './volume-refusals';
import type { UnitRule } from './unit-rule';

/**
 * A volume becomes `destroying` only while nobody holds it (promise 1), and only in a verified store: an unverified one may have forgotten
 * a holder, so nothing it says about holders counts. Repeating is harmless.
 */
export const destroyVolume: UnitRule<'destroy_volume'> = (draft, { volume }) => {
  if (!draft.isVerified) return { refusal: ledgerUnverified(draft.storeId, draft.revision) };
  const record = draft.volume(volume);
  if (!record || record.state === 'gone') return { refusal: volumeNotFound(volume, draft.revision) };
  const holders = draft.holders(volume);
  if (holders.length > 0) return { refusal: volumeInUse(volume, holders, draft.revision) };
  if (record.state !== 'destroying') draft.moveVolume(volume, 'destroying', 'volume_destroying');
  return { generation: record.generation };
};

import { isSameDrain } from './drain-terms';
import { destroyPending, ledgerUnverified, volumeInUse, volumeNotFound } from './volume-refusals';
import type { UnitRule } from './unit-rule';

/**
 * DESTROY when unused. Where nobody holds the volume it is destroyed at once, as by `destroy_volume` and for the same reasons only in a
 * verified store; else it waits as `draining`, and the release of the last holder destroys it. Repeating is harmless; a second destroy on
 * other terms is refused, since one of the two who asked would not get what was agreed.
 */
export const drainVolume: UnitRule<'drain_volume'> = (draft, { volume, drain }) => {
  if (!draft.isVerified) return { refusal: ledgerUnverified(draft.storeId, draft.revision) };
  const record = draft.volume(volume);
  if (!record || record.state === 'gone') return { refusal: volumeNotFound(volume, draft.revision) };
  const { state, generation } = record;
  if (record.drain && state === 'draining' && !isSameDrain(record.drain, drain)) {
    return { refusal: destroyPending(volume, record.drain, draft.revision) };
  }
  const holders = draft.holders(volume);
  if (holders.length === 0) {
    if (state !== 'destroying') draft.moveVolume(volume, 'destroying', 'volume_destroying', 'unused');
    return { generation };
  }
  // A report may have shown a holder of what was being destroyed already.
  if (state === 'destroying') return { refusal: volumeInUse(volume, holders, draft.revision) };
  if (state !== 'draining') draft.drainVolume(volume, drain);
  return { generation, waitsFor: holders };
};

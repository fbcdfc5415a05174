import { holderId, type AccessMode } from '@holdfast/core/base';
import type { VolumeRecord } from './store-ledger';
import { volumeInUse, volumeNotFound, volumeNotReady } from './volume-refusals';
import { admitsHolders } from './volume-state';
import { DONE, type UnitRule } from './unit-rule';

/**
 * All volumes of one task, or none. A volume that this launch holds already is fine in any state (promise 6).
 * A volume that is not shared admits one holder; one whose destroy waits nobody new, or only who reads, as was asked for.
 */
export const acquireVolumes: UnitRule<'acquire_volumes'> = (draft, { holder, volumes }) => {
  const id = holderId(holder);
  for (const { volume, mode } of volumes) {
    const record = draft.volume(volume);
    if (!record) return { refusal: volumeNotFound(volume, draft.revision) };
    if (draft.holder(volume, id)) continue;
    if (!admits(record, mode)) return { refusal: volumeNotReady(volume, record.state, draft.revision) };
    const others = draft.holders(volume);
    if (!record.resource.shared && others.length > 0) return { refusal: volumeInUse(volume, others, draft.revision) };
  }
  for (const { volume, mode } of volumes) draft.hold(volume, { ...holder, mode, state: 'pending', sinceMs: draft.facts.nowMs });
  return DONE;
};

const admits = ({ state, drain }: VolumeRecord, mode: AccessMode): boolean =>
  admitsHolders(state) || (state === 'draining' && mode === 'RO' && drain?.admitsReaders === true);

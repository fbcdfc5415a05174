import { asRecorded } from './recorded-resource';
import { volumeExists } from './volume-refusals';
import type { UnitRule } from './unit-rule';

/** A volume is new by its key, never by comparing resources. The generation continues from the tombstone. */
export const createVolume: UnitRule<'create_volume'> = (draft, { volume, resource, creator, agentId }) => {
  const before = draft.volume(volume);
  if (before && before.state !== 'gone') return { refusal: volumeExists(volume, draft.revision) };
  const record = { state: 'creating', resource: asRecorded(resource), creator, agentId, createdMs: draft.facts.nowMs } as const;
  return { generation: draft.addVolume(volume, record, 'volume_created') };
};

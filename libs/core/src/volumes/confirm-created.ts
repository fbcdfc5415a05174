import { volumeNotFound } from './volume-refusals';
import type { UnitRule } from './unit-rule';

/** The agent has made the volume. Past `creating` this was known before. */
export const confirmCreated: UnitRule<'confirm_created'> = (draft, { volume }) => {
  const record = draft.volume(volume);
  if (!record || record.state === 'gone') return { refusal: volumeNotFound(volume, draft.revision) };
  if (record.state === 'creating') draft.moveVolume(volume, 'ready', 'volume_ready');
  return { generation: record.generation };
};

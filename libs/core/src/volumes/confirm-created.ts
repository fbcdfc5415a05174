import { volumeNotFound } from './volume-refusals';
import type { UnitRule } from './unit-rule';

/**
 * The agent has made the volume. Past `creating` this was known before, unless a destroy already waits: then it goes on waiting, for a
 * volume that is there. Word of another volume of the name is none of this one (promise 10).
 */
export const confirmCreated: UnitRule<'confirm_created'> = (draft, { volume, generation }) => {
  const record = draft.volume(volume);
  if (!record || record.state === 'gone' || record.generation !== generation) return { refusal: volumeNotFound(volume, draft.revision) };
  draft.noteMade(volume);
  return { generation };
};

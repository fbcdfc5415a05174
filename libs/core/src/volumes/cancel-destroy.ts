import { isStillCreating } from './is-still-creating';
import { destroyNotPending } from './volume-refusals';
import type { UnitRule } from './unit-rule';

/**
 * Takes a destroy back while it waits: the volume is what it was before. Once the last holder has left its data may be gone, and there is no
 * way back. What is about an earlier volume of the name never reaches a later one (promise 10).
 */
export const cancelDestroy: UnitRule<'cancel_destroy'> = (draft, { volume, generation, cause }) => {
  const record = draft.volume(volume);
  if (!record) return { refusal: destroyNotPending(volume, 'absent', draft.revision) };
  if (record.generation !== generation) return { refusal: destroyNotPending(volume, 'gone', draft.revision) };
  if (record.state !== 'draining') return { refusal: destroyNotPending(volume, record.state, draft.revision) };
  draft.moveVolume(volume, isStillCreating(record) ? 'creating' : 'ready', 'destroy_cancelled', cause);
  return { generation };
};

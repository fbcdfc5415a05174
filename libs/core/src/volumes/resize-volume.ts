import type { Resource } from '@holdfast/core/resources';
import { asRecorded, resourceText } from './recorded-resource';
import { volumeNotFound, volumeNotReady } from './volume-refusals';
import { admitsHolders } from './volume-state';
import type { UnitRule } from './unit-rule';

/**
 * The volume stands with another size from now on; its holders stay (B-059). Wherever a volume admits holders it may be resized, so also while
 * it is `creating`: a CREATE and a GROW_VOLUME of one ACCEPT reach the agent in this order, and so they do the ledger (B-070, B-073).
 * To the size that it has: repeated, and nothing changes.
 */
export const resizeVolume: UnitRule<'resize_volume'> = (draft, { volume, resource }) => {
  const record = draft.volume(volume);
  if (!record) return { refusal: volumeNotFound(volume, draft.revision) };
  if (!admitsHolders(record.state)) return { refusal: volumeNotReady(volume, record.state, draft.revision) };
  if (resourceText(record.resource) !== resourceText(resource)) {
    const cause = `from ${sizeMbText(record.resource)} MB to ${sizeMbText(resource)} MB`;
    draft.putVolume(volume, { ...record, resource: asRecorded(resource) }, 'volume_resized', cause);
  }
  return { generation: record.generation };
};

const sizeMbText = ({ value }: Resource): string => String(value.kind === 'scalar' ? value.milli / 1000 : 0);

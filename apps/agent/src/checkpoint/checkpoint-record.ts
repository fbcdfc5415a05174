import type { Resources } from '@holdfast/core/resources';
import type { VolumeKey } from '@holdfast/core/volumes';
import { checksum } from '../files';
import { readResources, writeResources } from '../resources';

/** What an agent must remember of its resources. */
export interface CheckpointRecord {
  /** Dynamic reservations and persistent volumes (B-140), each volume once. */
  readonly resources: Resources;
  /** Volumes among them whose data is being deleted: no task may see them any more, whatever happens to the deletion. */
  readonly destroying: ReadonlySet<VolumeKey>;
}

interface Json {
  readonly format: typeof FORMAT;
  readonly resources: readonly string[];
  readonly destroying: readonly VolumeKey[];
}

/** Grows when older agents could not read what newer ones write. */
const FORMAT = 1;

/** One line with the checksum of the second, which holds the record. */
export function encodeRecord({ resources, destroying }: CheckpointRecord): string {
  const json: Json = { format: FORMAT, resources: writeResources(resources), destroying: [...destroying] };
  const content = JSON.stringify(json);
  return `${checksum(content)}\n${content}\n`;
}

/** Undefined: not whole, as a crash leaves it. A whole one of a format that we do not know is told apart, since it may not be dropped. */
export function decodeRecord(text: string): CheckpointRecord | 'unknown_format' | undefined {
  const [sum, content, rest] = text.split('\n');
  if (content === undefined || rest !== '' || sum !== checksum(content)) return undefined;
  const json = JSON.parse(content) as Json;
  const resources = json.format === FORMAT ? readResources(json.resources) : undefined;
  return resources ? { resources, destroying: new Set(json.destroying) } : 'unknown_format';
}

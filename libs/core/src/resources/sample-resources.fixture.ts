import { assert, type Role } from '@holdfast/core/base';
import { toMilli } from './fixed-point';
import { parseResources } from './parse-resources';
import type { DiskSource, Reservation, Resource, VolumeMount } from './resource';
import { Resources } from './resources';

/** Resources to test with, from the text form. */
export function sample(text: string): Resources {
  const parsed = parseResources(text);
  assert(parsed.ok, `a sample that can be read: ${text}`);
  return Resources.of(parsed.value);
}

/** The only resource of a text. */
export function sampleOne(text: string): Resource {
  const [resource] = sample(text).toList();
  assert(resource, `a sample with a resource in it: ${text}`);
  return resource;
}

interface SampleDisk {
  readonly sizeMb?: number;
  readonly role?: Role;
  readonly reservations?: readonly Reservation[];
  readonly source?: DiskSource;
}

/** Reserved disk of 64 MB that nobody has made a volume of. */
export const sampleDisk = ({
  sizeMb = 64,
  role = 'role1',
  reservations = [{ type: 'static', role }],
  source,
}: SampleDisk = {}): Resource => ({
  name: 'disk',
  value: { kind: 'scalar', milli: toMilli(sizeMb) },
  reservations,
  ...(source && { disk: { source } }),
  shared: false,
  revocable: false,
});

interface SampleVolume extends SampleDisk {
  readonly id?: string;
  readonly principal?: string;
  readonly mount?: VolumeMount;
  readonly shared?: boolean;
}

/** A persistent volume of 64 MB, shared unless said otherwise. */
export function sampleVolume({ id = 'id1', principal, mount, shared = true, ...disk }: SampleVolume = {}): Resource {
  const plain = sampleDisk(disk);
  return {
    ...plain,
    disk: {
      ...plain.disk,
      persistence: { id, ...(principal !== undefined && { principal }) },
      volume: mount ?? { containerPath: 'path1', mode: 'RW' },
    },
    shared,
  };
}

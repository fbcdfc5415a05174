import type { DiskSource } from './resource';
import { sampleDisk, sampleOne, sampleVolume } from './sample-resources.fixture';
import { shrunk } from './shrink';

it('cuts a quantity down, and leaves a small one (B-015)', () => {
  expect(shrunk(sampleOne('cpus:4'), 1500)).toEqual(sampleOne('cpus:1.5'));
  expect(shrunk(sampleOne('cpus:1'), 1500)).toEqual(sampleOne('cpus:1'));
  expect(shrunk(sampleOne('cpus:4'), 0)).toBeUndefined();
});

it('takes a MOUNT disk or a volume whole or not at all; PATH and root disks can be cut (B-014, B-015)', () => {
  const half = (source?: DiskSource) => shrunk(sampleDisk({ sizeMb: 64, ...(source && { source }) }), 32_000)?.value;
  expect(half({ type: 'MOUNT', root: '/a' })).toBeUndefined();
  expect(half({ type: 'PATH', root: '/a' })).toEqual({ kind: 'scalar', milli: 32_000 });
  expect(half()).toEqual({ kind: 'scalar', milli: 32_000 });
  expect(shrunk(sampleVolume(), 32_000)).toBeUndefined();
  expect(shrunk(sampleVolume(), 64_000)).toEqual(sampleVolume());
});

import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskSource } from '@holdfast/core/resources';

/** For tests over the three kinds of disks: where a volume may lie, and how. */
export interface TestDisk {
  /** None: the root disk. */
  readonly source: DiskSource | undefined;
  remove(): void;
}

const NOTHING = () => undefined;

export type MakeDisk = (directory: string) => TestDisk;

/** For tests: a disk of the kind below a directory; the MOUNT disk is an ext4 file system of its own, of 16 MB. */
export const TEST_DISKS: readonly (readonly [kind: string, make: MakeDisk])[] = [
  ['root', () => ({ source: undefined, remove: NOTHING })],
  [
    'PATH',
    (directory) => {
      const root = join(directory, 'path-disk');
      mkdirSync(root);
      return { source: { type: 'PATH', root }, remove: NOTHING };
    },
  ],
  [
    'MOUNT',
    (directory) => {
      const root = join(directory, 'mount-disk');
      mkdirSync(root);
      const unmount = mountExt4(root, join(directory, 'mount-disk.image'), 16);
      return { source: { type: 'MOUNT', root }, remove: unmount };
    },
  ],
];

/** Through a loop device, which goes with the mount. */
function mountExt4(root: string, image: string, sizeMb: number): () => void {
  const file = openSync(image, 'w');
  ftruncateSync(file, sizeMb << 20);
  closeSync(file);
  execFileSync('mkfs.ext4', ['-q', '-F', image]);
  execFileSync('mount', ['-o', 'loop', image, root]);
  return () => execFileSync('umount', ['-l', root]);
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '@holdfast/core/base';
import type { Offer } from '@holdfast/core/offers';
import { isPersistentVolume, type Resource } from '@holdfast/core/resources';

export const KINDS = ['root', 'PATH', 'MOUNT'] as const;
export type DiskKind = (typeof KINDS)[number];

const MOUNT_MB = 32;

/** For an agent with all three kinds of disks; the MOUNT disk is a real file system of its own. */
export interface ThreeDisks {
  /** As a JSON list, for `--resources`. */
  readonly resources: string;
  /** Where the data of a volume of the role lies, in an agent's work directory or on the disk itself. */
  pathOf(kind: DiskKind, workDir: string, role: string, id: string): string;
  remove(): void;
}

export function makeThreeDisks(): ThreeDisks {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-disks-'));
  const root = (kind: 'PATH' | 'MOUNT') => join(home, kind);
  for (const kind of ['PATH', 'MOUNT'] as const) mkdirSync(root(kind));
  const image = join(home, 'image');
  writeFileSync(image, '');
  truncateSync(image, MOUNT_MB << 20);
  execFileSync('mkfs.ext4', ['-q', '-F', image]);
  execFileSync('mount', ['-o', 'loop', image, root('MOUNT')]);
  const scalar = (name: string, value: number, more = {}) => ({ name, type: 'SCALAR', scalar: { value }, ...more });
  return {
    resources: JSON.stringify([
      scalar('cpus', 8),
      scalar('mem', 4096),
      scalar('disk', 1024),
      scalar('disk', 512, { disk: { source: { type: 'PATH', path: { root: root('PATH') } } } }),
      scalar('disk', MOUNT_MB, { disk: { source: { type: 'MOUNT', mount: { root: root('MOUNT') } } } }),
    ]),
    pathOf: (kind, workDir, role, id) =>
      kind === 'MOUNT' ? root(kind) : join(kind === 'PATH' ? root(kind) : workDir, 'volumes/roles', role, id),
    remove: () => {
      execFileSync('umount', [root('MOUNT')]);
      rmSync(home, { recursive: true });
    },
  };
}

/** The plain disk of a kind in an offer, reserved to a role or to none. */
export const diskOf = (offer: Offer, kind: DiskKind, role?: Role): Resource | undefined =>
  offer.resources
    .toList()
    .filter((resource) => resource.name === 'disk' && !isPersistentVolume(resource) && resource.reservations.at(-1)?.role === role)
    .find(({ disk }) => (disk?.source?.type ?? 'root') === kind);

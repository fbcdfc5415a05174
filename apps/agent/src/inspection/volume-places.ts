import { realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { volumeKey, type VolumeKey } from '@holdfast/core/volumes';
import type { Mount } from '../disks';

/** Which directory of which file system: by this it is known in any mount table, wherever it appears. */
export interface Place {
  readonly device: string;
  readonly root: string;
  /** Where we have it, without links on the way. */
  readonly path: string;
}

/** Where the data of volumes lies, to find them in the mount tables of others. */
export class VolumePlaces {
  private constructor(
    private readonly own: readonly Mount[],
    private readonly known: readonly (Place & { readonly volume: VolumeKey })[],
    /** The directory of all volumes of the root disk, also of those that nobody remembers. */
    private readonly roles: Place | undefined,
  ) {}

  /** `own`: this process' mount table. */
  static async find(paths: ReadonlyMap<VolumeKey, string>, workDir: string, own: readonly Mount[]): Promise<VolumePlaces> {
    const known = await Promise.all(
      [...paths].map(async ([volume, path]) => {
        const place = await placeOf(path, own);
        return place && { ...place, volume };
      }),
    );
    return new VolumePlaces(
      own,
      known.filter((place) => place !== undefined),
      await placeOf(join(workDir, 'volumes', 'roles'), own),
    );
  }

  /** The volumes that appear in a mount table: mounted whole or in part, and not as our own table has them (a MOUNT disk). */
  in(table: readonly Mount[]): ReadonlySet<VolumeKey> {
    const inherited = new Set(this.own.map(textOf));
    const isInherited = (mount: Mount) =>
      inherited.has(textOf(mount)) || inherited.has(textOf({ ...mount, point: mount.point.replace(WHILE_MADE, '') }));
    const volumes = table.filter((mount) => !isInherited(mount)).map((mount) => this.volumeOf(mount));
    return new Set(volumes.filter((volume) => volume !== undefined));
  }

  private volumeOf({ device, root }: Mount): VolumeKey | undefined {
    const place = this.known.find((candidate) => candidate.device === device && isWithin(root, candidate.root));
    if (place) return place.volume;
    if (this.roles?.device !== device || !isWithin(root, this.roles.root)) return undefined;
    const [role, id] = root.slice(this.roles.root.length + 1).split(sep);
    // A space stands for a slash of the role.
    return role && id ? volumeKey(role.replaceAll(' ', '/'), id) : undefined;
  }
}

/** Where bubblewrap has the machine, and the container that it is making of it, for the moment until that is done. */
const WHILE_MADE = /^\/(oldroot|newroot)(?=\/)/;

/** Undefined where the system's table does not say on which file system a path lies. */
export async function placeOf(path: string, own: readonly Mount[]): Promise<Place | undefined> {
  // Without links on the way, as the table has it. What is missing keeps the name under which it would be mounted elsewhere.
  const real = await realpath(path).catch(() => resolve(path));
  let mount: Mount | undefined;
  // Of two at one point the later hides the earlier.
  for (const candidate of own)
    if (isWithin(real, candidate.point) && candidate.point.length >= (mount?.point.length ?? 0)) mount = candidate;
  if (!mount) return undefined;
  const below = real.slice(mount.point === sep ? 0 : mount.point.length);
  return { path: real, device: mount.device, root: (mount.root === sep ? below : mount.root + below) || sep };
}

export const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);

const textOf = ({ device, root, point }: Mount): string => `${device} ${root} ${point}`;

import { readFile } from 'node:fs/promises';
import type { VolumeKey } from '@holdfast/core/volumes';
import { type Mount, readMountTable, type VolumePath } from '../disks';
import { describeFault } from '../files';
import { findStrayMounts } from './find-stray-mounts';
import { isWithin, type Place, placeOf, VolumePlaces } from './volume-places';

const NO_LAUNCHES = { launchIds: new Set<string>(), pids: new Set<number>() };

/**
 * Where a volume that no launch holds is mounted all the same, or what is mounted in it, as phrases: by this agent's own namespace, by an
 * operator, or by a container that nobody remembers. Also if that cannot be found out, except where the system has no mount
 * tables.
 */
export async function foreignMounts(volume: VolumePath, workDir: string): Promise<readonly string[]> {
  const own = await readMountTable('self').catch(() => undefined);
  if (!own) return [];
  try {
    const place = await placeOf(volume.path, own);
    const here = place ? mountsHere(volume, place, own) : [];
    return [...here, ...(await mountsElsewhere(volume, workDir, own))];
  } catch (fault) {
    return [`perhaps anywhere, since the tables of mounts cannot be read (${describeFault(fault)})`];
  }
}

/** In our own namespace. The file system of a MOUNT disk is mounted at the volume itself. */
function mountsHere({ path, directories }: VolumePath, place: Place, own: readonly Mount[]): readonly string[] {
  const isRoot = ({ point }: Mount) => directories.length === 0 && point === place.path;
  const inside = own.filter((mount) => isWithin(mount.point, place.path) && !isRoot(mount));
  const copies = own.filter(
    (mount) => mount.device === place.device && isWithin(mount.root, place.root) && !isRoot(mount) && !inside.includes(mount),
  );
  return [...inside.map(({ point }) => `at ${point}, in ${path}`), ...copies.map(({ point }) => `at ${point}`)];
}

/** By processes in other namespaces, whoever they belong to: a launch that had it there would hold it. */
async function mountsElsewhere({ key, path }: VolumePath, workDir: string, own: readonly Mount[]): Promise<readonly string[]> {
  const places = await VolumePlaces.find(new Map<VolumeKey, string>([[key, path]]), workDir, own);
  const found = (await findStrayMounts(places, NO_LAUNCHES)).filter(({ volume }) => volume === key);
  return Promise.all(found.map(async ({ pid }) => `by process ${pid} (${await nameOf(pid)})`));
}

const nameOf = async (pid: number): Promise<string> => (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'over meanwhile')).trim();

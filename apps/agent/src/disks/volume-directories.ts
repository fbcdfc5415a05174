import { lstat, mkdir, realpath, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Result } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import { faultCode, makeDirectories, syncDirectory } from '../files';
import { deleteTree } from './delete-tree';
import { DiskFault } from './disk-fault';
import { mountPointsWithin } from './mount-points';
import { type VolumePath, volumePath } from './volume-path';

/** Makes and deletes the directories that hold the volumes' data. Faults of the disk are thrown; the caller knows what they mean. */
export class VolumeDirectories {
  constructor(private readonly workDir: string) {}

  /** Refused with `agent_failed` if the names do not allow it. */
  pathOf(volume: Resource): Result<VolumePath> {
    return volumePath(this.workDir, volume);
  }

  /**
   * Makes the directory of a new volume; what is there already is kept, content and all. When this returns, it outlasts a
   * power cut. True: it was made now.
   */
  async make(volume: VolumePath): Promise<boolean> {
    const { root, directories } = volume;
    if (root.isMadeIfMissing) await makeDirectories(root.path);
    await this.requireRoot(root.path);
    let isNew = false;
    for (const directory of directories) {
      isNew = await makeDirectory(directory);
      if (isNew) await syncDirectory(dirname(directory));
    }
    await this.require(volume);
    return isNew;
  }

  /** Takes back a `make` that made something: the directory is still empty, since nobody has been told of it. */
  async unmake({ path }: VolumePath): Promise<void> {
    await rmdir(path);
    await syncDirectory(dirname(path));
  }

  /**
   * Deletes the data: directory and all on a root or PATH disk, all but the root on a MOUNT disk. Links are deleted, not
   * followed. A missing directory is fine. Refuses to reach into another file system: what is mounted in there is not the volume's.
   */
  async erase({ path, directories }: VolumePath): Promise<void> {
    const isMountDisk = directories.length === 0;
    const real = await realpath(path).catch(ignoreMissing);
    if (real === undefined) return;
    const foreign = (await mountPointsWithin(real)).filter((point) => !(isMountDisk && point === real));
    if (foreign.length > 0) throw new DiskFault(`something is mounted at ${foreign.join(', ')}; unmount it first`);
    if (isMountDisk) {
      await this.requireRoot(path);
      await deleteTree(path, { self: false });
      return syncDirectory(path);
    }
    // A link in its place is not the volume; what it leads to is somebody else's.
    if ((await lstat(path)).isDirectory()) await deleteTree(path, { self: true });
    else await unlink(path);
    await syncDirectory(dirname(path));
  }

  /** Throws DiskFault unless the volume's directory is there and is one: a link in its place would lead elsewhere. */
  async require({ path, directories }: VolumePath): Promise<void> {
    if (directories.length === 0) return this.requireRoot(path);
    const found = await lstat(path).catch(ignoreMissing);
    if (!found) throw new DiskFault(`the directory ${path} of the volume is missing`);
    if (!found.isDirectory()) throw new DiskFault(`${path} should be the directory of the volume, but is something else`);
  }

  /** A root may be a link: that is the operator's choice. */
  private async requireRoot(path: string): Promise<void> {
    const found = await stat(path).catch(ignoreMissing);
    if (!found?.isDirectory()) throw new DiskFault(`the root ${path} of the disk is missing or not a directory`);
  }
}

async function makeDirectory(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (fault) {
    if (faultCode(fault) !== 'EEXIST') throw fault;
    if (!(await lstat(path)).isDirectory()) throw new DiskFault(`${path} is in the way: it is not a directory`);
    return false;
  }
}

function ignoreMissing(fault: unknown): undefined {
  if (faultCode(fault) === 'ENOENT') return undefined;
  throw fault;
}

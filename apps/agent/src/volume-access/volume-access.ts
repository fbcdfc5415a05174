import { lstat, realpath } from 'node:fs/promises';
import type { Range } from '@holdfast/core/resources';
import type { TaskVolume } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { Logger } from '@holdfast/platform/process';
import type { ContainerMount } from '../containers';
import { DiskFault, type VolumeDirectories, type VolumePath } from '../disks';
import { describeFault, faultCode } from '../files';
import { StartFault } from '../store';
import { giveToGroup, isGivenToGroup } from './give-to-group';
import { giveToUser, idsOfUser, type UserIds } from './give-to-user';
import { VolumeGroups } from './volume-groups';

export interface VolumeAccessDeps {
  readonly directories: VolumeDirectories;
  /** Where the groups of volumes are written down. */
  readonly path: string;
  /** Group ids for volumes; none: directories are given to users instead. */
  readonly groupIds: readonly Range[];
  /** Whether this process may give files to others. */
  readonly isRoot: boolean;
  /** A launch gets a volume. */
  readonly onUse?: (volume: VolumeKey) => void;
  readonly log: Logger;
}

/** What a container needs for its volumes. */
export interface PreparedVolumes {
  readonly mounts: readonly ContainerMount[];
  /** Supplementary groups of its user. */
  readonly groups: readonly number[];
}

interface Located extends TaskVolume {
  readonly located: VolumePath;
}

/** Finds the volumes of launches and lets their users work in them. */
export class VolumeAccess {
  private readonly underWay = new Map<VolumeKey, Promise<number>>();

  private constructor(
    private readonly deps: VolumeAccessDeps,
    private readonly groups: VolumeGroups,
  ) {}

  /** Throws StartFault if it could not do what it is set to do, or what an earlier agent has written down cannot be read. */
  static async open(deps: VolumeAccessDeps): Promise<VolumeAccess> {
    if (deps.groupIds.length > 0 && !deps.isRoot) {
      throw new StartFault(
        'HOLDFAST_AGENT_VOLUME_GIDS is set, but only root can give volumes to groups. Run the agent as root, or unset it.',
      );
    }
    return new VolumeAccess(deps, await VolumeGroups.open(deps.path, deps.groupIds));
  }

  /** Group ids for volumes: how many there are, and how many are free. */
  get groupIds(): { readonly total: number; readonly free: number } {
    return { total: this.groups.total, free: this.groups.free };
  }

  /** Where each volume of a launch lies and is to appear. Throws DiskFault if one cannot be located. */
  locate(volumes: readonly TaskVolume[]): readonly ContainerMount[] {
    return this.located(volumes).map(mountOf);
  }

  /** The groups that a running launch's volumes have, as `prepare` gave them. */
  groupsOf(volumes: readonly TaskVolume[]): readonly number[] {
    return volumes.map(({ volume }) => this.groups.of(volume)?.gid).filter((gid) => gid !== undefined);
  }

  /**
   * All data is where it should be, and the user of the launch may work with it. Throws DiskFault with a sentence, or what the system says.
   * `user`: another than the agent's own; root changes nothing. Without group ids the directories that the launch may write to, not
   * their content, are given to the user, unless others work with them; with group ids each volume has a group, which the user joins
   * (A-160).
   */
  async prepare(
    volumes: readonly TaskVolume[],
    user: string | undefined,
    isUsedByOthers: (volume: VolumeKey) => boolean,
  ): Promise<PreparedVolumes> {
    const found = this.located(volumes);
    for (const { volume, located } of found) {
      await this.deps.directories.require(located);
      this.deps.onUse?.(volume);
    }
    const mounts = found.map(mountOf);
    const ids = user === undefined || found.length === 0 ? undefined : await idsOfUser(user);
    if (!ids || ids.uid === 0) return { mounts, groups: [] };
    const groups: number[] = [];
    for (const volume of found) {
      const gid = await this.share(volume, ids, isUsedByOthers);
      if (gid !== undefined) groups.push(gid);
    }
    return { mounts, groups };
  }

  /** The volume is no more: its group is free. */
  destroyed(volume: VolumeKey): void {
    void this.release([volume]);
  }

  /**
   * Once, when everything that an earlier agent has left is known: frees the groups of volumes that are no more, and of those whose directory
   * has vanished, except where tasks still have them.
   */
  async recovered(volumes: ReadonlySet<VolumeKey>, isUsed: (volume: VolumeKey) => boolean): Promise<void> {
    const over: VolumeKey[] = [];
    for (const { volume, path } of this.groups.all) {
      if (!isUsed(volume) && !(volumes.has(volume) && (await isThere(path)))) over.push(volume);
    }
    await this.release(over);
  }

  private async release(volumes: readonly VolumeKey[]): Promise<void> {
    try {
      await this.groups.release(volumes);
    } catch (fault) {
      // The next agent finds no such volume, and frees them again.
      this.deps.log.warn({ err: fault, volumes }, 'that the groups of volumes are free could not be written down');
    }
  }

  private located(volumes: readonly TaskVolume[]): readonly Located[] {
    return volumes.map((volume) => {
      const located = this.deps.directories.pathOf(volume.resource);
      if (!located.ok) throw new DiskFault(located.refusal.message);
      return { ...volume, located: located.value };
    });
  }

  /** The group that the user is to join; undefined: none. */
  private async share(volume: Located, ids: UserIds, isUsedByOthers: (volume: VolumeKey) => boolean): Promise<number | undefined> {
    const path = await directoryOf(volume.located);
    const key = volume.volume;
    try {
      // A group that was given once is kept, whatever the settings say now.
      if (this.groups.areGiven || this.groups.of(key)) return await this.groupOf(key, path);
      // What others already work with keeps its owner.
      if (volume.mode === 'RW' && !isUsedByOthers(key)) await giveToUser(path, ids);
      return undefined;
    } catch (fault) {
      if (faultCode(fault) === undefined) throw fault;
      throw new DiskFault(`volume ${key} cannot be given to the user of the task: ${describeFault(fault)}`);
    }
  }

  /** Those who want it at the same time wait for the first. */
  private groupOf(volume: VolumeKey, path: string): Promise<number> {
    const begun = this.underWay.get(volume);
    if (begun) return begun;
    const gid = this.settleGroup(volume, path).finally(() => this.underWay.delete(volume));
    this.underWay.set(volume, gid);
    return gid;
  }

  private async settleGroup(volume: VolumeKey, path: string): Promise<number> {
    const group = this.groups.of(volume) ?? (await this.groups.take(volume, path));
    // Somebody may have removed the directory by hand and made another one.
    if (group.isGiven && group.path === path && (await isGivenToGroup(path, group.gid))) return group.gid;
    await giveToGroup(path, group.gid);
    await this.groups.put({ ...group, path, isGiven: true });
    return group.gid;
  }
}

const mountOf = ({ volume, located, containerPath, mode }: Located): ContainerMount => ({
  name: volume,
  source: located.path,
  containerPath,
  mode,
});

/** The root of a MOUNT disk may be a link: that is the operator's choice. Other volumes are directories, or nothing of ours. */
const directoryOf = ({ path, directories }: VolumePath): Promise<string> =>
  directories.length === 0 ? realpath(path) : Promise.resolve(path);

const isThere = async (path: string): Promise<boolean> => (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;

import type { Range } from '@holdfast/core/resources';
import type { VolumeKey } from '@holdfast/core/volumes';
import { DiskFault } from '../disks';
import { describeFault, readIfPresent, writeDurably } from '../files';
import { StartFault } from '../store';
import { groupIdCount, lowestFree } from './group-ids';

/** The group of one volume. */
export interface VolumeGroup {
  readonly volume: VolumeKey;
  readonly path: string;
  readonly gid: number;
  /** Its data has been given to the group; false: that was begun, and perhaps interrupted. */
  readonly isGiven: boolean;
}

/** Which volume has which group (A-160…A-163); in a file, so that a later agent knows. */
export class VolumeGroups {
  private readonly groups: Map<VolumeKey, VolumeGroup>;
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly ranges: readonly Range[],
    groups: readonly VolumeGroup[],
  ) {
    this.groups = new Map(groups.map((group) => [group.volume, group]));
  }

  /** Throws what the system says, or StartFault on a file that is none of ours. `ranges` may have changed: groups that were given stay. */
  static async open(path: string, ranges: readonly Range[]): Promise<VolumeGroups> {
    const text = await readIfPresent(path);
    return new VolumeGroups(path, ranges, text === undefined ? [] : decode(path, text));
  }

  /** Whether volumes without a group can get one. */
  get areGiven(): boolean {
    return this.ranges.length > 0;
  }

  /** Group ids that may be given. */
  get total(): number {
    return groupIdCount(this.ranges);
  }

  get free(): number {
    const isOurs = (gid: number) => this.ranges.some(({ begin, end }) => begin <= gid && gid <= end);
    return this.total - [...this.groups.values()].filter(({ gid }) => isOurs(gid)).length;
  }

  get all(): readonly VolumeGroup[] {
    return [...this.groups.values()];
  }

  of(volume: VolumeKey): VolumeGroup | undefined {
    return this.groups.get(volume);
  }

  /** The lowest free one, written down before any data bears it. Throws DiskFault if there is none, or it cannot be written. */
  async take(volume: VolumeKey, path: string): Promise<VolumeGroup> {
    const gid = lowestFree(this.ranges, new Set(this.all.map((group) => group.gid)));
    if (gid === undefined) {
      throw new DiskFault(
        `volume ${volume} needs a group of its own, and all ${this.total} group ids of HOLDFAST_AGENT_VOLUME_GIDS are taken; destroy a volume or widen the range`,
      );
    }
    const group = { volume, path, gid, isGiven: false };
    await this.put(group);
    return group;
  }

  /** Changes what is known of a volume's group. Throws DiskFault if that cannot be written; then it is not known. */
  async put(group: VolumeGroup): Promise<void> {
    const before = this.groups.get(group.volume);
    this.groups.set(group.volume, group);
    try {
      await this.write();
    } catch (fault) {
      if (this.groups.get(group.volume) === group) {
        if (before) this.groups.set(group.volume, before);
        else this.groups.delete(group.volume);
      }
      throw new DiskFault(`the group of volume ${group.volume} cannot be written down: ${describeFault(fault)}`);
    }
  }

  /** Their ids are free for others. If that cannot be written, which is thrown, they are free all the same until the agent ends. */
  async release(volumes: readonly VolumeKey[]): Promise<void> {
    const found = volumes.filter((volume) => this.groups.delete(volume));
    if (found.length > 0) await this.write();
  }

  /** One at a time, each with all that is known when its turn comes. */
  private write(): Promise<void> {
    const written = this.writing.then(() => writeDurably(this.path, encode(this.all)));
    this.writing = written.catch(() => undefined);
    return written;
  }
}

const FORMAT = 1;

const encode = (volumes: readonly VolumeGroup[]): string => `${JSON.stringify({ format: FORMAT, volumes }, undefined, 1)}\n`;

function decode(path: string, text: string): readonly VolumeGroup[] {
  try {
    const { format, volumes } = JSON.parse(text) as { readonly format?: unknown; readonly volumes?: unknown };
    if (format === FORMAT && Array.isArray(volumes) && volumes.every(isGroup)) return volumes;
  } catch {
    // Told below.
  }
  throw new StartFault(
    `${path}, which says what group each volume has, cannot be read: it is spoilt, or from another version. Start that version, or move the file away; then volumes get new groups when they are used next`,
  );
}

function isGroup(value: unknown): value is VolumeGroup {
  const { volume, path, gid, isGiven } = (value ?? {}) as Partial<Record<keyof VolumeGroup, unknown>>;
  return typeof volume === 'string' && typeof path === 'string' && Number.isInteger(gid) && typeof isGiven === 'boolean';
}

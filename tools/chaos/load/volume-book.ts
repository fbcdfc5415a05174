import type { TaskId } from '@holdfast/core/base';

/**
 * What the load knows of a volume from the answers it was given.
 * - `asked`: CREATE was granted or left open; nobody has seen the volume yet.
 * - `exists`: a task ran on it, or an inspection found it. From here on it may only go if somebody asks for that.
 * - `doubtful`: a destroy was asked for, and the answer does not say what becomes of it: it may be there or not.
 * - `doomed`: a DESTROY was granted, so it must go.
 */
export type VolumeLife = 'asked' | 'exists' | 'doubtful' | 'doomed';

/** One volume, from one CREATE; a later one of the same name is another. */
export interface KnownVolume {
  readonly agentId: string;
  readonly role: string;
  readonly id: string;
  readonly shared: boolean;
  /** What its first task writes into the file `token`. */
  readonly token: string;
  readonly creator: TaskId;
  life: VolumeLife;
  /** The task that wrote the token has ended well. */
  isWritten: boolean;
}

export const volumeName = ({ agentId, role, id }: Pick<KnownVolume, 'agentId' | 'role' | 'id'>): string => `${agentId} ${role}/${id}`;

/** All volumes that the frameworks have asked for, and are not known to be gone. */
export class VolumeBook {
  private readonly volumes = new Map<string, KnownVolume>();
  private readonly byCreator = new Map<TaskId, KnownVolume>();

  get(name: string): KnownVolume | undefined {
    return this.volumes.get(name);
  }

  all(): readonly KnownVolume[] {
    return [...this.volumes.values()];
  }

  /** Returns the one of that name that stood here before. */
  put(volume: KnownVolume): KnownVolume | undefined {
    const before = this.volumes.get(volumeName(volume));
    this.volumes.set(volumeName(volume), volume);
    this.byCreator.set(volume.creator, volume);
    return before;
  }

  /** It was not made after all, so the one before it stands again. */
  takeBack(volume: KnownVolume, before: KnownVolume | undefined): void {
    this.forget(volume);
    if (before) this.put(before);
  }

  forget(volume: KnownVolume): void {
    if (this.volumes.get(volumeName(volume)) === volume) this.volumes.delete(volumeName(volume));
    this.byCreator.delete(volume.creator);
  }

  /** Its first task runs: it was made. */
  taskRan(taskId: TaskId): void {
    const volume = this.byCreator.get(taskId);
    if (volume?.life === 'asked') volume.life = 'exists';
  }

  taskFinished(taskId: TaskId): void {
    this.taskRan(taskId);
    const volume = this.byCreator.get(taskId);
    if (volume) volume.isWritten = true;
  }
}

/** For messages. */
export const inWords = (volume: KnownVolume): string => `${volumeName(volume)} (token ${volume.token}, ${volume.life})`;

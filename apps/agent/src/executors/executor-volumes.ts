import type { TaskVolume } from '@holdfast/core/tasks';
import type { Logger } from '@holdfast/platform/process';
import type { Container, ContainerRuntime } from '../containers';
import type { VolumeAccess } from '../volume-access';
import type { MountedVolume } from './executor-record';
import type { ExecutorTask } from './executor-task';
import { absentFrom, asMounted, clashWith, isSame, missingIn, toUnmount } from './volume-plan';

export interface ExecutorVolumesDeps {
  readonly runtime: Pick<ContainerRuntime, 'unmount'>;
  readonly access: Pick<VolumeAccess, 'locate'>;
  readonly log: Logger;
  /** What is mounted has changed. */
  readonly onChange: (mounted: readonly MountedVolume[]) => void;
}

/** The volumes in the container of an executor: those of its first tasks, until no task of it needs them any more. */
export class ExecutorVolumes {
  private readonly planned: TaskVolume[] = [];
  private readonly problems = new WeakMap<ExecutorTask, string>();

  constructor(
    private readonly deps: ExecutorVolumesDeps,
    /** Of a container that has been started; undefined: it has not been yet. */
    private mounted: readonly MountedVolume[] | undefined,
  ) {}

  /** A task is coming, whose volumes are mounted with the others if there is still time. */
  join(task: ExecutorTask): void {
    const mounted = this.mounted ?? this.planned.map(asMounted);
    const problem = this.mounted ? absentFrom(mounted, task.volumes) : clashWith(mounted, task.volumes);
    if (problem !== undefined) this.problems.set(task, problem);
    else if (!this.mounted) this.planned.push(...missingIn(mounted, task.volumes));
  }

  /** Why a task that has joined cannot have its volumes. */
  problemOf(task: ExecutorTask): string | undefined {
    return this.problems.get(task);
  }

  /** From now on there are no others. */
  fix(): readonly TaskVolume[] {
    this.change(this.planned.map(asMounted));
    return this.planned;
  }

  /** Takes those of a task out of the container that none of these others needs. False: that could not be done. */
  async free(task: ExecutorTask, others: readonly ExecutorTask[], { container, sandbox }: ExecutorPlace): Promise<boolean> {
    const { access, log, runtime } = this.deps;
    let isDone = true;
    const needed = others.map(({ volumes }) => volumes);
    for (const volume of toUnmount(this.mounted ?? [], task.volumes, needed)) {
      // First: no task that comes meanwhile may count on it.
      this.change((this.mounted ?? []).filter((mounted) => mounted !== volume));
      const [mount] = access.locate(task.volumes.filter((used) => isSame(used, volume)));
      const problem = mount && (await runtime.unmount(container, { ...mount, sandbox }));
      if (problem === undefined) continue;
      isDone = false;
      this.change([...(this.mounted ?? []), volume]);
      log.warn(
        { ...task.ref, volume: volume.volume, problem },
        'the volume of a task that is over is still mounted; it stays held until its executor is gone',
      );
    }
    return isDone;
  }

  private change(mounted: readonly MountedVolume[]): void {
    this.mounted = mounted;
    this.deps.onChange(mounted);
  }
}

export interface ExecutorPlace {
  readonly container: Container;
  readonly sandbox: string;
}

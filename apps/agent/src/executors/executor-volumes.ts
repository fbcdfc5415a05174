import type { TaskVolume } from '@holdfast/core/tasks';
import type { Logger } from '@holdfast/platform/process';
import type { Container, ContainerRuntime } from '../containers';
import { describeFault } from '../files';
import type { VolumeAccess } from '../volume-access';
import type { MountedVolume } from './executor-record';
import type { ExecutorTask } from './executor-task';
import { absentFrom, asMounted, clashWith, isSame, missingIn, toUnmount } from './volume-plan';

export interface ExecutorVolumesDeps {
  readonly runtime: Pick<ContainerRuntime, 'unmount'>;
  readonly access: Pick<VolumeAccess, 'locate'>;
  readonly log: Logger;
  /** What is mounted has changed, or may have: what is being unmounted is among it until that is done. */
  readonly onChange: (mounted: readonly MountedVolume[]) => void;
}

/** The volumes in the container of an executor: those of its first tasks, until no task of it needs them any more. */
export class ExecutorVolumes {
  private readonly planned: TaskVolume[] = [];
  private readonly problems = new WeakMap<ExecutorTask, string>();
  /** Tasks that need theirs no more, although their end may not have been written down yet. */
  private readonly left = new WeakSet<ExecutorTask>();
  /** No task may count on them any more, but the next agent would have to see to them. */
  private readonly leaving = new Set<MountedVolume>();

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

  /** From now on there are no others. What only tasks had brought that are over by now is left out: nobody would hold it. */
  fix(tasks: Iterable<ExecutorTask>): readonly TaskVolume[] {
    const needed = this.neededBy(tasks).flat();
    const fixed = this.planned.filter((volume) => needed.some((used) => isSame(used, volume)));
    this.change(fixed.map(asMounted));
    return fixed;
  }

  /** Takes those of a task out of the container that no other of its tasks needs. False: that could not be done, or not yet. */
  async free(task: ExecutorTask, tasks: Iterable<ExecutorTask>, place: ExecutorPlace): Promise<boolean> {
    // At once: of two that end together, one must see that it is the last.
    this.left.add(task);
    const unneeded = toUnmount(this.mounted ?? [], task.volumes, this.neededBy(tasks));
    // Until its command runs, it may be about to mount them.
    if (!place.container?.hasRun) return unneeded.length === 0;
    let isDone = true;
    for (const volume of unneeded) {
      // First: no task that comes meanwhile may count on it.
      this.leaving.add(volume);
      this.change((this.mounted ?? []).filter((mounted) => mounted !== volume));
      const problem = await this.unmount(task, volume, place.container, place.sandbox);
      this.leaving.delete(volume);
      this.change([...(this.mounted ?? []), ...(problem === undefined ? [] : [volume])]);
      if (problem === undefined) continue;
      isDone = false;
      this.deps.log.warn(
        { ...task.ref, volume: volume.volume, problem },
        'the volume of a task that is over is still mounted; it stays held until it can be unmounted or its executor is gone',
      );
    }
    return isDone;
  }

  /** Undefined: it is not there any more. */
  private async unmount(task: ExecutorTask, volume: MountedVolume, container: Container, sandbox: string): Promise<string | undefined> {
    const { access, runtime } = this.deps;
    try {
      const [mount] = access.locate(task.volumes.filter((used) => isSame(used, volume)));
      const problem = mount && (await runtime.unmount(container, { ...mount, sandbox }));
      // Then it could not be looked at; that it is gone is yet to be made out.
      return problem ?? (container.entrance === undefined ? 'its container is just ending' : undefined);
    } catch (fault) {
      return describeFault(fault);
    }
  }

  private neededBy(tasks: Iterable<ExecutorTask>): readonly (readonly TaskVolume[])[] {
    return [...tasks].filter((task) => !this.left.has(task) && !task.isOver && task.isHolding).map(({ volumes }) => volumes);
  }

  private change(mounted: readonly MountedVolume[]): void {
    this.mounted = mounted;
    this.deps.onChange([...mounted, ...this.leaving]);
  }
}

export interface ExecutorPlace {
  /** Undefined: it is only being started. */
  readonly container: Container | undefined;
  readonly sandbox: string;
}

import type { TaskId } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import type { TaskVolume } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { Logger } from '@holdfast/platform/process';
import type { ExecutorTask } from './executor-task';

/** The tasks of one run of an executor that are not gone, in the order in which they came. */
export class ExecutorRoster implements Iterable<ExecutorTask> {
  /** Written down, and through with `admit`: others are not told of. */
  readonly admitted = new WeakSet<ExecutorTask>();
  private readonly tasks = new Set<ExecutorTask>();

  constructor(private readonly log: Logger) {}

  [Symbol.iterator](): Iterator<ExecutorTask> {
    return this.tasks.values();
  }

  get isEmpty(): boolean {
    return this.tasks.size === 0;
  }

  get volumes(): readonly TaskVolume[] {
    return [...this.tasks].flatMap(({ volumes }) => volumes);
  }

  add(task: ExecutorTask): void {
    this.tasks.add(task);
  }

  remove(task: ExecutorTask): void {
    this.tasks.delete(task);
  }

  /** Whom a status is about: the one that is not over, if ids have come again. */
  find(taskId: TaskId): ExecutorTask | undefined {
    const called = [...this.tasks].filter((task) => task.ref.taskId === taskId);
    return called.find(({ isOver }) => !isOver) ?? called.at(-1);
  }

  /** These, and those of the tasks that are not over. */
  resourcesWith(own: Resources): Resources {
    const running = [...this.tasks].filter(({ isOver }) => !isOver);
    return Resources.sum([own, ...running.map((task) => task.record.info.resources)]);
  }

  /** Whether a volume is used by others than the tasks of now, which are no others to one another; the first of them came before the rest. */
  usedByOthers(): (volume: VolumeKey) => boolean {
    const tasks = [...this.tasks];
    return (volume) => {
      const first = tasks.find((task) => task.volumes.some((used) => used.volume === volume));
      return first?.keeper.isUsedByOthers(first, volume) ?? false;
    };
  }

  endGroupOf(task: ExecutorTask, because: string): void {
    const { group } = task.record;
    if (!group) return;
    for (const other of this.tasks) {
      if (other !== task && other.record.group?.id === group.id) void other.terminate({ isAskedOfAll: true, because });
    }
  }

  /** Tries again what could not be unmounted when its task ended. */
  freeHeld(except?: ExecutorTask): void {
    for (const task of this.tasks) {
      if (task === except || !task.isOver || !task.isHolding) continue;
      task.freeAgain().catch((fault: unknown) => this.log.error({ err: fault, ...task.ref }, 'the volumes of a task could not be freed'));
    }
  }
}

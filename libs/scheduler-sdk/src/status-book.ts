import type { TaskId } from '@holdfast/core/base';
import { isTerminal, type TaskStatus } from '@holdfast/core/tasks';

/** The newest status of each task: of all that live, and of so many that have ended, the oldest of which are forgotten first. */
export class StatusBook {
  readonly #live = new Map<TaskId, TaskStatus>();
  readonly #ended = new Map<TaskId, TaskStatus>();

  constructor(private readonly endedAtMost: number) {}

  get(taskId: TaskId): TaskStatus | undefined {
    return this.#live.get(taskId) ?? this.#ended.get(taskId);
  }

  put(status: TaskStatus): void {
    const { taskId, state } = status;
    this.#ended.delete(taskId);
    if (!isTerminal(state)) {
      this.#live.set(taskId, status);
      return;
    }
    this.#live.delete(taskId);
    this.#ended.set(taskId, status);
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= this.endedAtMost) return;
      this.#ended.delete(oldest);
    }
  }
}

import type { TaskId } from '@holdfast/core/base';
import { isTerminal, type TaskStatus } from '@holdfast/core/tasks';
import { statusReplaces } from './status-replaces';

/**
 * The status of each task that counts (`statusReplaces`): of all that live, and of so many that have ended, the oldest of which are
 * forgotten first.
 */
export class StatusBook {
  readonly #live = new Map<TaskId, TaskStatus>();
  readonly #ended = new Map<TaskId, TaskStatus>();
  /** Of those that have ended: launched again under the same id, and not heard of since. */
  readonly #anew = new Set<TaskId>();

  constructor(private readonly endedAtMost: number) {}

  get(taskId: TaskId): TaskStatus | undefined {
    return this.#live.get(taskId) ?? this.#ended.get(taskId);
  }

  /** From now on it is another launch that is spoken of, whatever became of the last one. */
  launching(taskId: TaskId): void {
    if (this.#ended.has(taskId)) this.#anew.add(taskId);
  }

  put(status: TaskStatus): void {
    const { taskId, state } = status;
    const known = this.get(taskId);
    if (known && !this.#anew.has(taskId) && !statusReplaces(known, status)) return;
    this.#forgetEnd(taskId);
    if (!isTerminal(state)) {
      this.#live.set(taskId, status);
      return;
    }
    this.#live.delete(taskId);
    this.#ended.set(taskId, status);
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= this.endedAtMost) return;
      this.#forgetEnd(oldest);
    }
  }

  #forgetEnd(taskId: TaskId): void {
    this.#ended.delete(taskId);
    this.#anew.delete(taskId);
  }
}

import type { Timers } from '@holdfast/core/base';
import type { TaskState, TaskStatus } from '@holdfast/core/tasks';
import { Repeater, type RetryTimes } from './repeater';

/** A status that the master has to acknowledge. */
export type PendingStatus = TaskStatus & { readonly uuid: Uint8Array };

export interface UpdateStreamDeps {
  /** `latestState` may be ahead of the status (A-042, D-052). */
  readonly send: (status: PendingStatus, latestState: TaskState) => void;
  readonly times: RetryTimes;
  readonly timers: Timers;
}

/** The statuses of one launch on their way to the master: one at a time, each until it is acknowledged (D-050). */
export class UpdateStream {
  private readonly pending: PendingStatus[] = [];
  private readonly repeater: Repeater;
  private latest: TaskState = 'TASK_STAGING';

  constructor(private readonly deps: UpdateStreamDeps) {
    this.repeater = new Repeater(() => this.sendHead(), deps.times, deps.timers);
  }

  get latestState(): TaskState {
    return this.latest;
  }

  get isDrained(): boolean {
    return this.pending.length === 0;
  }

  push(status: PendingStatus): void {
    this.pending.push(status);
    this.latest = status.state;
    // Not sent again for the sake of `latestState`: that the task is gone, the master hears by itself, and frameworks would hear twice.
    if (this.pending.length === 1) this.repeater.start();
  }

  /** True if this is the status that was waited for; then the next one goes out. */
  acknowledge(uuid: Uint8Array): boolean {
    const head = this.pending[0];
    if (!head || Buffer.compare(head.uuid, uuid) !== 0) return false;
    this.pending.shift();
    if (this.pending.length > 0) this.repeater.start();
    else this.repeater.stop();
    return true;
  }

  /** The master has just registered us: what it may not have heard is said again now. */
  resend(): void {
    if (this.pending.length > 0) this.repeater.start();
  }

  stop(): void {
    this.repeater.stop();
  }

  private sendHead(): void {
    const head = this.pending[0];
    if (head) this.deps.send(head, this.latest);
  }
}

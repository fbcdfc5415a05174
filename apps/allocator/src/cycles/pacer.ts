import type { Timers, Clock } from '@holdfast/core/base';
import type { MasterSession, Sessions } from '../session';
import type { CycleQueue } from './cycle-queue';

/** Says when a cycle is due. With nothing to look at it asks for none, so an idle cluster costs a look at the clock per period. */
export class Pacer {
  private readonly stopPeriods: () => void;

  constructor(
    world: Timers & Clock,
    intervalMs: number,
    private readonly sessions: () => Sessions,
    private readonly queue: CycleQueue,
  ) {
    this.stopPeriods = world.every(intervalMs, () => this.beginPeriod(world.nowMs()));
  }

  /** Freed resources, a new framework, a revival: all trigger a cycle at once, and those that come together share one (C-005). */
  booksChanged({ books }: MasterSession): void {
    if (books.hasCandidates) this.queue.ask('books_changed');
  }

  stop(): void {
    this.stopPeriods();
  }

  private beginPeriod(nowMs: number): void {
    const books = this.sessions().current?.books;
    books?.beginPeriod(nowMs);
    if (books?.hasCandidates) this.queue.ask('period');
  }
}

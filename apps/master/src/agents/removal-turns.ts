import type { Timers } from '@holdfast/core/base';
import type { RemovalRate } from '@holdfast/core/membership';

/** Lets agents be marked unreachable one by one, with a pause after each (D-071); without a rate, all at once. */
export class RemovalTurns {
  private readonly waiting = new Set<() => void>();
  private cancelPause: (() => void) | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly rate: RemovalRate | undefined,
  ) {}

  /** Calls `mark` when its turn has come, which may be now. Returns what gives the turn up. */
  take(mark: () => void): () => void {
    if (!this.rate) {
      mark();
      return () => undefined;
    }
    // Its own function, so that the same one may wait twice.
    const turn = () => mark();
    this.waiting.add(turn);
    this.next();
    return () => void this.waiting.delete(turn);
  }

  /** Nobody gets a turn any more. */
  stop(): void {
    this.waiting.clear();
    this.cancelPause?.();
  }

  private next(): void {
    const [turn] = this.waiting;
    if (!turn || !this.rate || this.cancelPause) return;
    this.waiting.delete(turn);
    this.cancelPause = this.timers.after(this.rate.spacingMs, () => {
      this.cancelPause = undefined;
      this.next();
    });
    turn();
  }
}

import type { Timers } from '@holdfast/core/base';

/** Lets so many callers go on in a second, one after the other; the others wait their turn. */
export class FairPace {
  private nextMs = -Infinity;
  private readonly intervalMs: number;

  constructor(
    perSecond: number,
    private readonly longestWaitMs: number,
    private readonly deps: { readonly nowMs: () => number; readonly timers: Pick<Timers, 'after'> },
  ) {
    this.intervalMs = 1000 / perSecond;
  }

  /** Undefined: too many wait already. */
  turn(): Promise<void> | undefined {
    const { nowMs, timers } = this.deps;
    const now = nowMs();
    // Only a clock that was set back makes it so late.
    if (this.nextMs > now + this.longestWaitMs + this.intervalMs) this.nextMs = now;
    const waitMs = Math.max(0, this.nextMs - now);
    if (waitMs > this.longestWaitMs) return undefined;
    this.nextMs = now + waitMs + this.intervalMs;
    return waitMs === 0 ? Promise.resolve() : new Promise((resolve) => timers.after(waitMs, resolve));
  }
}

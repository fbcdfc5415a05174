import type { Timers } from '@holdfast/core/base';

export interface RetryTimes {
  /** First wait; doubles with each repetition. */
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Says something again and again, ever more slowly, until it is told that it was heard (D-050). */
export class Repeater {
  private cancel: (() => void) | undefined;

  constructor(
    private readonly say: () => void,
    private readonly times: RetryTimes,
    private readonly timers: Timers,
  ) {}

  /** Says it now, and from the first wait on again. */
  start(): void {
    this.stop();
    this.sayAndWait(this.times.firstMs);
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  private sayAndWait(waitMs: number): void {
    this.say();
    this.cancel = this.timers.after(waitMs, () => this.sayAndWait(Math.min(waitMs * 2, this.times.maxMs)));
  }
}

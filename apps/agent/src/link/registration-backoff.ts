import type { Randomness } from '@holdfast/core/base';

export interface BackoffTimes {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** How long to wait before registering again: anything up to a limit that doubles, so that a thousand agents do not come at once (D-077). */
export class RegistrationBackoff {
  private limitMs: number;

  constructor(
    private readonly times: BackoffTimes,
    private readonly random: Randomness,
  ) {
    this.limitMs = times.firstMs;
  }

  nextMs(): number {
    const waitMs = Math.floor(this.random.next() * this.limitMs);
    this.limitMs = Math.min(this.limitMs * 2, this.times.maxMs);
    return waitMs;
  }

  /** A master has registered us. */
  reset(): void {
    this.limitMs = this.times.firstMs;
  }
}

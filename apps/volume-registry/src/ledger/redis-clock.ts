import type { Redis } from 'ioredis';

/** Redis' clock as seen from here, for deadlines that Redis itself can judge. It decides who still waits, never who is right. */
export class RedisClock {
  /** Redis' time less ours, at least; both in milliseconds. */
  private aheadMs = 0;

  /** Asks Redis for the time. */
  async measure(redis: Redis): Promise<void> {
    const [seconds = 0, micros = 0] = (await redis.time()).map(Number);
    // Taken against the moment of the answer, so that a slow one makes deadlines earlier, never later.
    this.aheadMs = seconds * 1000 + Math.floor(micros / 1000) - performance.now();
  }

  /** A moment of `performance.now()` by Redis' clock, rounded to the earlier millisecond. */
  at(ourMs: number): number {
    return Math.floor(ourMs + this.aheadMs) - 1;
  }
}

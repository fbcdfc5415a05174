import type { World } from '@holdfast/core/base';
import type { Container } from '../containers';
import type { KillCause } from './end-status';
import type { KillWish } from './kept-task';

/** That a task is to end, by when and why. */
export interface Kill extends KillCause {
  /** When it was first asked to, on the clock of `MonotonicClock`. */
  readonly startMs: number;
  readonly graceMs: number;
}

/** Milliseconds since this machine was booted, by a clock that nobody can set: it goes on across agents. */
export type MonotonicClock = () => number;

export const monotonicMs: MonotonicClock = () => Number(process.hrtime.bigint() / 1_000_000n);

/** Asked again, the grace can only become shorter; it counts from the first time, whose cause stays (D-057). */
export function mergeKill(earlier: Kill | undefined, wish: KillWish, nowMs: number, usualGraceMs: number): Kill {
  if (!earlier) {
    const { graceMs = usualGraceMs, isFrameworkRemoved = false, because, end } = wish;
    return { startMs: nowMs, graceMs, isFrameworkRemoved, ...(because !== undefined && { because }), ...(end && { end }) };
  }
  return {
    ...earlier,
    graceMs: Math.min(wish.graceMs ?? earlier.graceMs, earlier.graceMs),
    isFrameworkRemoved: earlier.isFrameworkRemoved || (wish.isFrameworkRemoved ?? false),
  };
}

export interface KillerDeps {
  readonly world: Pick<World, 'after'>;
  readonly monotonicMs: MonotonicClock;
}

/** Carries a kill out: SIGTERM, and after the grace SIGKILL. */
export class Killer {
  private cancel: (() => void) | undefined;

  constructor(private readonly deps: KillerDeps) {}

  /** `isFirst`: its command has not had a signal yet. */
  carryOut(kill: Kill, container: Container, isFirst: boolean): void {
    this.stop();
    const spentMs = Math.max(0, this.deps.monotonicMs() - kill.startMs);
    const leftMs = kill.graceMs - spentMs;
    if (!container.hasRun || leftMs <= 0) return container.kill();
    if (isFirst) container.terminate();
    this.cancel = this.deps.world.after(leftMs, () => container.kill());
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }
}

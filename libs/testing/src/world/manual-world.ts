import type { World } from '@holdfast/core/base';

interface Timer {
  atMs: number;
  readonly everyMs: number | undefined;
  readonly call: () => void;
}

/** A world whose time stands still until a test moves it, and whose ids count up. */
export interface ManualWorld extends World {
  /** Moves time forward, calling timers in the order in which they are due. */
  advance(byMs: number): void;
}

export function manualWorld(startMs = Date.UTC(2026, 0, 1)): ManualWorld {
  let nowMs = startMs;
  let ids = 0;
  const timers = new Set<Timer>();
  const start = (timer: Timer) => {
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const nextDue = (untilMs: number): Timer | undefined =>
    [...timers]
      .filter(({ atMs }) => atMs <= untilMs)
      .reduce<Timer | undefined>((first, timer) => (first && first.atMs <= timer.atMs ? first : timer), undefined);
  return {
    nowMs: () => nowMs,
    after: (delayMs, call) => start({ atMs: nowMs + delayMs, everyMs: undefined, call }),
    every: (intervalMs, call) => start({ atMs: nowMs + intervalMs, everyMs: intervalMs, call }),
    random: { next: () => 0.5 },
    ids: { uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}` },
    advance(byMs) {
      const untilMs = nowMs + byMs;
      for (let timer = nextDue(untilMs); timer; timer = nextDue(untilMs)) {
        nowMs = timer.atMs;
        if (timer.everyMs === undefined) timers.delete(timer);
        else timer.atMs += timer.everyMs;
        timer.call();
      }
      nowMs = untilMs;
    },
  };
}

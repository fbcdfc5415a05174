/** Runs expensive work a few pieces at a time, and lets no lane hold up another. */
export interface FairLanes {
  /** Undefined: as many pieces of this lane wait as may. */
  run<T>(lane: string, work: () => Promise<T>): Promise<T> | undefined;
}

/**
 * Lanes take turns, one piece each, whoever came first: a lane with a thousand pieces waiting delays a newcomer in another lane
 * by one piece.
 */
export function createFairLanes({ atOnce, waitingPerLane }: { readonly atOnce: number; readonly waitingPerLane: number }): FairLanes {
  /** In the order of their next turn. */
  const waiting = new Map<string, (() => void)[]>();
  let running = 0;

  const next = () => {
    const first = waiting.entries().next();
    if (first.done || running >= atOnce) return;
    const [lane, pieces] = first.value;
    waiting.delete(lane);
    const start = pieces.shift();
    if (pieces.length > 0) waiting.set(lane, pieces);
    running += 1;
    start?.();
  };

  return {
    run(lane, work) {
      const pieces = waiting.get(lane) ?? [];
      if (pieces.length >= waitingPerLane) return undefined;
      return new Promise((resolve, reject) => {
        pieces.push(() => {
          work()
            .finally(() => {
              running -= 1;
              next();
            })
            .then(resolve, reject);
        });
        waiting.set(lane, pieces);
        next();
      });
    },
  };
}

import { randomUUID } from 'node:crypto';
import type { World } from '@holdfast/core/base';

/** The longest delay that setTimeout knows; a longer one it would take for 1 ms. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * Time, timers, randomness and ids of the machine. Timers do not keep the process alive: servers and streams do, so that a
 * service whose work is over ends even if somebody forgot to cancel.
 */
export function realWorld(): World {
  return {
    nowMs: () => Date.now(),
    after,
    every: (intervalMs, call) => {
      const timer = setInterval(call, Math.min(intervalMs, LONGEST_DELAY_MS)).unref();
      return () => clearInterval(timer);
    },
    random: { next: () => Math.random() },
    ids: { uuid: () => randomUUID() },
  };
}

/** A framework may ask for a failover timeout of years, so long delays are served in pieces. */
function after(delayMs: number, call: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number) => {
    timer = leftMs > LONGEST_DELAY_MS ? setTimeout(() => wait(leftMs - LONGEST_DELAY_MS), LONGEST_DELAY_MS) : setTimeout(call, leftMs);
    timer.unref();
  };
  wait(delayMs);
  return () => clearTimeout(timer);
}

import type { Timers } from '@holdfast/core/base';

/** Resolves with `promise`, or after `limitMs` without it. */
export const waitAtMost = (timers: Timers, promise: Promise<unknown>, limitMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const cancel = timers.after(limitMs, resolve);
    promise.then(() => {
      cancel();
      resolve();
    }, reject);
  });

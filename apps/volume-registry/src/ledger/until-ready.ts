import type { Redis } from 'ioredis';
import { LedgerAway } from './ledger-connection';

const opening = new WeakMap<Redis, Promise<void>>();

/** Resolves when the connection stands; throws LedgerAway when it does not within the time, or was closed for good. */
export function untilReady(redis: Redis, waitMs: number): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  const known = opening.get(redis);
  if (known) return known;
  const ready = new Promise<void>((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(patience);
      redis.off('ready', succeed);
      redis.off('end', fail);
      opening.delete(redis);
      finish();
    };
    const succeed = () => settle(resolve);
    const fail = () => settle(() => reject(new LedgerAway('no connection', false)));
    const patience = setTimeout(fail, waitMs);
    redis.once('ready', succeed);
    redis.once('end', fail);
    if (redis.status === 'end') fail();
  });
  opening.set(redis, ready);
  return ready;
}

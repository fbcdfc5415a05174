import type { LedgerFeed, VolumeStore } from '@holdfast/core/volumes';
import type { Logger } from '@holdfast/platform/process';
import { connectRedis } from '@holdfast/platform/redis';
import { LedgerKeys } from './keys';
import { LedgerConnection } from './ledger-connection';
import { loadLedgerScripts } from './ledger-scripts';
import { RedisLedgerFeed } from './redis-ledger-feed';
import { RedisVolumeStore } from './redis-volume-store';

export interface LedgerOptions {
  readonly redisUrl: string;
  /** What every key begins with. */
  readonly keyPrefix: string;
  /** About how many changes the history of a store keeps. */
  readonly historyLength: number;
  /** How long a call may wait for Redis in all. */
  readonly waitMs: number;
  readonly probeMs: number;
  readonly log: Logger;
}

export interface Ledger {
  readonly store: VolumeStore;
  readonly feed: LedgerFeed;
  /** Calls back whenever Redis was started anew; the returned function ends that. */
  onRestart(listener: () => void): () => void;
  /** What keeps it from working, in words; empty: nothing. */
  problems(): readonly string[];
  /** How many calls wait for Redis to come back. */
  waiting(): number;
  close(): Promise<void>;
}

/** Does not wait for Redis: what is asked before it is there waits its time, then is refused. */
export function openLedger({ redisUrl, keyPrefix, historyLength, waitMs, probeMs, log }: LedgerOptions): Ledger {
  const scripts = loadLedgerScripts();
  const redis = connectRedis({ url: redisUrl, name: 'holdfast-volume-registry', log });
  const connection = new LedgerConnection({ redis, scripts, waitMs, probeMs, log });
  const keys = new LedgerKeys(keyPrefix);
  const store = new RedisVolumeStore({ connection, scripts, keys, historyLength, log });
  const connect = () => connectRedis({ url: redisUrl, name: 'holdfast-volume-registry-feed', log });
  const feed = new RedisLedgerFeed({ connection, scripts, keys, connect, waitMs, log });
  return {
    store,
    feed,
    onRestart: (listener) => connection.onRestart(listener),
    problems: () => connection.problems,
    waiting: () => connection.waitingCount,
    close: () => {
      feed.close();
      connection.close();
      redis.disconnect();
      return Promise.resolve();
    },
  };
}

import { join } from 'node:path';
import { Redis } from 'ioredis';
import { connectRedis, loadScripts } from '@holdfast/platform/redis';
import type { JudgedLedger } from '@holdfast/testing/ledger-model';
import { recordedLog } from '@holdfast/testing/log';
import type { TestRedis } from '@holdfast/testing/redis';
import type { Rewind } from '@holdfast/testing/volume-store';
import { LedgerKeys } from '../ledger/keys';
import { LedgerConnection, type LedgerCall, type LedgerConnectionOptions } from '../ledger/ledger-connection';
import { RedisVolumeStore } from '../ledger/redis-volume-store';

export const SCRIPTS = join(__dirname, '../ledger/scripts');
const PREFIX = 'proof';
const LONG_AGO_MS = 1;

/** Asks Redis as any connection does, for somebody whose time was over long ago. */
class TooLateConnection extends LedgerConnection {
  constructor(private readonly asked: LedgerConnectionOptions) {
    super(asked);
  }

  override run<T>(call: LedgerCall<T>): Promise<T> {
    return call(this.asked.redis, LONG_AGO_MS);
  }
}

/** The ledger as it is, or with the scripts of another folder, over a Redis that several may share: each has keys of its own. */
export function openProvenLedger(redis: TestRedis, scriptsFolder = SCRIPTS, prefix = PREFIX): JudgedLedger & { close(): void } {
  const log = recordedLog();
  const connected = connectRedis({ url: redis.url, name: 'holdfast-proof', log });
  const scripts = loadScripts(scriptsFolder);
  const options: LedgerConnectionOptions = { redis: connected, scripts, waitMs: 30_000, probeMs: 1000, log };
  const connections = [new LedgerConnection(options), new TooLateConnection(options)] as const;
  const [store, tooLate] = connections.map(
    (connection) => new RedisVolumeStore({ connection, scripts, keys: new LedgerKeys(prefix), historyLength: 100_000, log }),
  ) as [RedisVolumeStore, RedisVolumeStore];
  const operator = new Redis(redis.url);
  const close = () => {
    for (const connection of connections) connection.close();
    connected.disconnect();
    operator.disconnect();
  };
  return { store, tooLate, rewind: rewindOf(operator, prefix), close };
}

/** Redis loses what was written since: the keys of the store are put back as they were. */
function rewindOf(redis: Redis, prefix: string): Rewind {
  const remembered = new Map<string, (readonly [key: string, dump: Buffer])[]>();
  const keysOf = (storeId: string) => redis.keys(`${prefix}:{${storeId}}:*`);
  return {
    async remember(storeId) {
      const keys = await keysOf(storeId);
      remembered.set(storeId, await Promise.all(keys.map(async (key) => [key, (await redis.dumpBuffer(key)) ?? Buffer.alloc(0)] as const)));
    },
    async forget(storeId) {
      const keys = await keysOf(storeId);
      if (keys.length > 0) await redis.del(...keys);
      await Promise.all((remembered.get(storeId) ?? []).map(([key, dump]) => redis.restore(key, 0, dump)));
    },
  };
}

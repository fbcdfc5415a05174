import { compareText, type StoreStanding } from '@holdfast/core/volumes';
import type { LedgerReads } from './ledger-reads';

/** How many keys of Redis are looked at in one step, so that scripts get their turn between. */
const KEYS_AT_ONCE = 1000;

/**
 * Every store that has a meta key, by id. Found with SCAN, hence not at one instant: a store that comes meanwhile may be missing.
 * Throws LedgerAway or RedisFault.
 */
export async function readStores({ connection, keys }: Pick<LedgerReads, 'connection' | 'keys'>): Promise<readonly StoreStanding[]> {
  // SCAN may name a key twice.
  const stores = new Map<string, StoreStanding>();
  let cursor = '0';
  do {
    const [next, found] = await connection.run((redis) => redis.scan(cursor, 'MATCH', keys.metaPattern, 'COUNT', KEYS_AT_ONCE));
    cursor = next;
    const storeIds = found.flatMap((key) => keys.storeOfMeta(key) ?? []);
    const standings = await connection.run((redis) =>
      Promise.all(storeIds.map((storeId) => redis.hmget(keys.meta(storeId), 'epoch', 'revision', 'verified_epoch', 'verified_run'))),
    );
    storeIds.forEach((storeId, at) => {
      const [epoch, revision, verifiedEpoch, verifiedRun] = standings[at] ?? [];
      // Removed by hand since it was found.
      if (typeof epoch !== 'string') return;
      stores.set(storeId, {
        storeId,
        epoch: Number(epoch),
        revision: Number(revision ?? 0),
        isVerified: verifiedEpoch === epoch && verifiedRun === connection.runId,
      });
    });
  } while (cursor !== '0');
  return [...stores.values()].sort((a, b) => compareText(a.storeId, b.storeId));
}

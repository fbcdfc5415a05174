import type { HolderPage, VolumeStore } from '@holdfast/core/volumes';
import { readHolder } from './holder-text';
import type { LedgerReads } from './ledger-reads';

const BEGINNING = '0';
const GREATEST_CURSOR = 2n ** 64n - 1n;

/** A page token is Redis' cursor: a whole number of 64 bits. Another text cannot have come from an earlier page. */
export const isHolderCursor = (text: string): boolean => /^[1-9]\d{0,19}$/.test(text) && BigInt(text) <= GREATEST_CURSOR;

/** `from` is a cursor, `limit` at least 1. Throws LedgerAway or RedisFault. */
export async function readHolders(
  { connection, scripts, keys }: LedgerReads,
  { storeId, volume, from = BEGINNING, limit }: Parameters<VolumeStore['readHolders']>[0],
): Promise<HolderPage | undefined> {
  const reply = (await connection.run((redis) =>
    scripts.run(redis, 'read-holders', {
      keys: { meta: keys.meta(storeId), volumes: keys.volumes(storeId), holders: keys.holders(storeId, volume) },
      args: { volume, from, limit },
    }),
  )) as ['absent'] | ['read', revision: string, count: number, next: string, ...holders: string[]];
  if (reply[0] === 'absent') return undefined;
  const [, revision, count, next, ...holders] = reply;
  const page = { holders: holders.map(readHolder), count, revision: Number(revision) };
  return next === BEGINNING ? page : { ...page, next };
}

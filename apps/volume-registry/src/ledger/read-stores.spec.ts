import { Redis } from 'ioredis';
import { volumeKey } from '@holdfast/core/volumes';
import { acquire, create, holderRef, LedgerStory } from '@holdfast/testing/volume-store';
import { openTestLedger, untilProblems, type TestLedger } from './ledger.fixture';
import { LedgerKeys } from './keys';
import { LedgerAway } from './ledger-connection';

describe('the stores of the ledger', () => {
  let ledger: TestLedger;
  let redis: Redis;

  const open = async (keyPrefix: string, more: Parameters<typeof openTestLedger>[0] = {}) => {
    ledger = await openTestLedger({ keyPrefix, ...more });
    await untilProblems(ledger, false);
    redis = new Redis(ledger.redis.url, { retryStrategy: null }).on('error', () => undefined);
  };
  afterEach(async () => {
    redis.disconnect();
    await ledger.close();
  });

  it('are all found among many other keys, each once, by id', async () => {
    await open('test');
    const storeIds = Array.from({ length: 300 }, (_, at) => `store-${at}`);
    await Promise.all(storeIds.map((storeId) => new LedgerStory(ledger.store, storeId).begin()));
    const others = redis.pipeline();
    for (let at = 0; at < 5000; at += 1) others.set(`other:${at}`, '');
    await others.exec();
    const stores = await ledger.store.readStores();
    expect(stores.map(({ storeId }) => storeId)).toEqual([...storeIds].sort());
    expect(stores[0]).toEqual({ storeId: 'store-0', epoch: 1, revision: 0, isVerified: true });
  });

  it.each(['te[s]t', 'te*t', 'te?t', 'te\\st'])('are those of the own prefix only: %s', async (prefix) => {
    await open(prefix);
    await new LedgerStory(ledger.store, 'mine').begin();
    for (const other of ['test', 'te[s]tt', 'x:te*t', 'te']) await redis.hset(`${other}:{theirs}:meta`, 'epoch', '1');
    expect((await ledger.store.readStores()).map(({ storeId }) => storeId)).toEqual(['mine']);
  });

  it('are not made up from keys that only look like theirs', async () => {
    await open('test');
    const story = await new LedgerStory(ledger.store, 'mine').begin();
    const odd = volumeKey('eng', 'a}:meta');
    await story.done(create(odd), acquire(holderRef('t1'), odd));
    await redis.hset('test:{unfinished}:meta', 'revision', '3');
    const [holders] = await redis.keys('*:holders:*');
    expect(new LedgerKeys('test').storeOfMeta(holders ?? '')).toBeUndefined();
    expect(holders).toMatch(/}:meta$/);
    expect((await ledger.store.readStores()).map(({ storeId }) => storeId)).toEqual(['mine']);
  });

  it('are not said to be none while Redis is away', async () => {
    await open('test', { waitMs: 300 });
    await ledger.redis.kill();
    await expect(ledger.store.readStores()).rejects.toThrow(LedgerAway);
    await expect(ledger.store.readHolders({ storeId: 'store', volume: 'eng/v', limit: 10 })).rejects.toThrow(LedgerAway);
  });
});

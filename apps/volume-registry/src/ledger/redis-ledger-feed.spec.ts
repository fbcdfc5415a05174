import { Redis } from 'ioredis';
import { eventually } from '@holdfast/testing/eventually';
import { acquire, create, describeLedgerFeed, FeedRecord, holderRef, LedgerStory, release } from '@holdfast/testing/volume-store';
import { openTestLedger, untilProblems, type TestLedger } from './ledger.fixture';

const V = 'eng/vol-1';
const T1 = holderRef('t1');

describeLedgerFeed('RedisLedgerFeed', () => openTestLedger());

describe('the feed of a Redis', () => {
  let ledger: TestLedger;
  let operator: Redis;
  let story: LedgerStory;
  const followers: FeedRecord[] = [];

  const open = async (...options: Parameters<typeof openTestLedger>) => {
    ledger = await openTestLedger(...options);
    await untilProblems(ledger, false);
    operator = new Redis(ledger.redis.url, { retryStrategy: () => 20, disconnectTimeout: 50 }).on('error', () => undefined);
    story = await new LedgerStory(ledger.store, 'store').begin();
  };
  const follow = (...args: [Parameters<typeof ledger.feed.follow>[0], ConstructorParameters<typeof FeedRecord>[2]?]) => {
    const follower = new FeedRecord(ledger.feed, ...args);
    followers.push(follower);
    return follower;
  };
  const after = (revision: number) => [{ storeId: 'store', revision }];
  /** So many changes, 50 in a transaction. */
  const write = async (count: number, of = story) => {
    let isHeld = (await of.holders(V)).length > 0;
    const change = () => ((isHeld = !isHeld) ? acquire(T1, V) : release(T1, V));
    for (let left = count; left > 0; left -= 50) await of.done(...Array.from({ length: Math.min(50, left) }, change));
  };
  const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, at) => at + first);
  const clients = async () => String(await operator.client('LIST')).split('\n');

  afterEach(async () => {
    operator.disconnect();
    await Promise.all(followers.splice(0).map((follower) => follower.stop()));
    await ledger.close();
  });

  describe('that trims its history', () => {
    // Redis trims whole nodes of 100 entries.
    beforeEach(async () => {
      await open({ historyLength: 100 });
      await story.done(create(V));
      await write(349);
    });
    const oldest = async () => Number.parseInt((await operator.xrange('test:{store}:history', '-', '+', 'COUNT', 1))[0]?.[0] ?? '', 10);

    it('refuses to go on where entries are gone, says so, and goes on from the last one that is gone', async () => {
      const first = await oldest();
      expect(first).toBeGreaterThan(100);
      for (const revision of [0, 1, first - 2])
        expect(await follow(after(revision)).ended).toMatchObject({
          refusal: { code: 'history_trimmed', details: { storeId: 'store', afterRevision: revision, oldestRevision: first } },
        });
      const whole = follow(after(first - 1));
      await whole.until('store', 350);
      expect(whole.revisions('store')).toEqual(upTo(350, first));
    });

    it('lets those follow who have seen all there is, and those who are ahead', async () => {
      const at = follow(after(350));
      const ahead = follow(after(352));
      await write(4);
      await Promise.all([at.until('store', 354), ahead.until('store', 354)]);
      expect([at.revisions('store'), ahead.revisions('store')]).toEqual([upTo(354, 351), upTo(354, 353)]);
    });

    it('refuses a follower who was too slow, and nobody else', async () => {
      let take = () => {};
      const slow = follow(after(350), () => new Promise<void>((resolve) => (take = resolve)));
      const quick = follow(after(350));
      await write(1);
      await slow.until('store', 351);
      for (let round = 1; round <= 4; round += 1) {
        await write(100);
        await quick.until('store', 351 + round * 100);
      }
      take();
      expect(await slow.ended).toMatchObject({ refusal: { code: 'history_trimmed', details: { afterRevision: 351 } } });
      expect(slow.revisions('store')).toEqual([351]);
      expect(quick.revisions('store')).toEqual(upTo(751, 351));
    });

    it('refuses also when an operator has removed all of it', async () => {
      await operator.xtrim('test:{store}:history', 'MAXLEN', 0);
      expect(await follow(after(349)).ended).toMatchObject({ refusal: { code: 'history_trimmed', details: { oldestRevision: 351 } } });
      const at = follow(after(350));
      await write(2);
      await at.until('store', 352);
      expect(at.revisions('store')).toEqual([351, 352]);
    });
  });

  describe('that is lost', () => {
    beforeEach(async () => {
      await open({}, { appendonly: true });
      await story.done(create(V));
    });

    it('ends for all at once, and goes on after the last position when it is back, with nothing lost and nothing twice', async () => {
      const seen: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        await write(20);
        const follower = follow(after(seen.at(-1) ?? 0));
        const idle = follow([{ storeId: 'another', revision: 0 }]);
        await follower.until('store', 11 + round * 40);
        await ledger.redis.kill();
        expect(await follower.ended).toMatchObject({ refusal: { code: 'ledger_unavailable' } });
        expect(await idle.ended).toMatchObject({
          refusal: { code: 'ledger_unavailable', details: { problem: expect.stringContaining('lost') } },
        });
        seen.push(...follower.revisions('store'));
        await ledger.redis.restart();
        await untilProblems(ledger, false);
        await write(20);
      }
      const last = follow(after(seen.at(-1) ?? 0));
      await last.until('store', 121);
      expect([...seen, ...last.revisions('store')]).toEqual(upTo(121));
    });

    it('refuses in time those who come while it is away', async () => {
      await ledger.redis.kill();
      const impatient = await openTestLedger({ redisUrl: ledger.redis.url, waitMs: 100 });
      const follower = new FeedRecord(impatient.feed, after(0));
      expect(await follower.ended).toMatchObject({ refusal: { code: 'ledger_unavailable', details: { problem: 'no connection' } } });
      await impatient.close();
    });

    it('is there for those who came while it was away, if it comes back in time', async () => {
      await ledger.redis.kill();
      const follower = follow(after(0));
      const another = follow(after(0));
      await ledger.redis.restart();
      await Promise.all([follower.until('store', 1), another.until('store', 1)]);
    });

    it('tells entries that come after lost ones, in order', async () => {
      await write(9);
      const follower = follow(after(0));
      await follower.until('store', 10);
      // Redis loses everything, and the master has seen more than there is.
      await operator.flushall();
      await story.report();
      await story.done(create(V), acquire(T1, V));
      await follower.until('store', 12);
      expect(follower.revisions('store')).toEqual(upTo(12));
    });

    it('is refused by a registry that stops', async () => {
      const follower = follow(after(0));
      await follower.until('store', 1);
      await ledger.close();
      expect(await follower.ended).toMatchObject({ refusal: { code: 'ledger_unavailable' } });
      expect(await follow(after(0)).ended).toMatchObject({ refusal: { details: { problem: 'the registry is stopping' } } });
    });
  });

  describe('with many followers', () => {
    beforeEach(() => open());

    it('has one blocking connection for all, and none while nobody follows', async () => {
      await story.done(create(V));
      const feedConnections = async () => (await clients()).filter((line) => line.includes('name=holdfast-volume-registry-feed')).length;
      expect(await feedConnections()).toBe(0);
      const stories = [story, ...(await Promise.all(upTo(40).map((at) => new LedgerStory(ledger.store, `store-${at}`).begin())))];
      await Promise.all(stories.slice(1).map((one) => one.done(create(V))));
      const all = stories.map((one) => follow([{ storeId: one.storeId, revision: 0 }, ...after(0)]));
      await Promise.all(stories.map((one) => write(40, one)));
      await Promise.all(all.map(async (one, at) => Promise.all([one.until('store', 41), one.until(stories[at]?.storeId ?? '', 41)])));
      all.forEach((one, at) => {
        expect(one.revisions('store')).toEqual(upTo(41));
        expect(one.revisions(stories[at]?.storeId ?? '')).toEqual(upTo(41));
      });
      expect(await feedConnections()).toBe(1);
    });

    it('reads a page that many want at the same time once', async () => {
      await story.done(create(V));
      const all = upTo(30).map(() => follow(after(0)));
      await Promise.all(all.map((one) => one.until('store', 1)));
      await operator.config('RESETSTAT');
      await write(1);
      await Promise.all(all.map((one) => one.until('store', 2)));
      const calls = Number(/cmdstat_fcall:calls=(\d+)/.exec(await operator.info('commandstats'))?.[1]);
      expect(calls).toBeGreaterThan(0);
      expect(calls).toBeLessThan(4);
    });

    it('does not keep the ledger waiting while it waits for news', async () => {
      const follower = follow(after(0));
      const order: string[] = [];
      const blocked = async () => (await clients()).some((line) => line.includes('-feed') && line.includes('cmd=xread'));
      await eventually(blocked);
      await story.done(create(V)).then(() => order.push('written'));
      await follower.until('store', 1).then(() => order.push('heard'));
      expect(order).toEqual(['written', 'heard']);
    });

    it('hears at once of stores that are added while it waits for others', async () => {
      const idle = follow([{ storeId: 'idle', revision: 0 }]);
      for (let at = 0; at < 20; at += 1) {
        const other = await new LedgerStory(ledger.store, `other-${at}`).begin();
        const follower = follow([{ storeId: other.storeId, revision: 0 }]);
        await other.done(create(V));
        await follower.until(other.storeId, 1);
        if (at % 2 === 0) await follower.stop();
      }
      expect(await idle.stop()).toMatchObject({ ok: true });
      expect(await operator.info('commandstats')).toContain('cmdstat_client|unblock');
    });

    it('keeps a bounded part of a long history for a slow follower', async () => {
      await story.done(create(V));
      await write(5000);
      let take = () => {};
      const slow = follow(after(0), () => new Promise<void>((resolve) => (take = resolve)));
      for (let seen = 0; seen < 5001; seen = slow.revisions('store').at(-1) ?? 0) {
        await slow.until('store', seen + 1);
        expect(slow.batches.at(-1)?.length).toBeLessThanOrEqual(800);
        take();
      }
      expect(slow.revisions('store')).toEqual(upTo(5001));
    });

    it('follows a store that is named twice once, from the earlier position', async () => {
      await story.done(create(V));
      await write(9);
      const follower = follow([...after(7), ...after(3), ...after(9)]);
      await follower.until('store', 10);
      await write(1);
      await follower.until('store', 11);
      expect(follower.revisions('store')).toEqual(upTo(11, 4));
    });

    it('gives each of many stores its turn while one has much to catch up', async () => {
      await story.done(create(V));
      await write(3000);
      const others = await Promise.all(upTo(20).map((at) => new LedgerStory(ledger.store, `other-${at}`).begin()));
      await Promise.all(others.map((one) => one.done(create(V))));
      const follower = follow([...after(0), ...others.map(({ storeId }) => ({ storeId, revision: 0 }))]);
      await follower.until('store', 3001);
      const order = follower.batches.flat().map(({ storeId, entry }) => `${storeId} ${entry.revision}`);
      for (const { storeId } of others) expect(order.indexOf(`${storeId} 1`)).toBeLessThan(order.indexOf('store 1000'));
    });
  });

  it('says that it is not available when something else lies under the key of a history, and logs it', async () => {
    await open();
    await operator.set('test:{store}:history', 'damaged');
    expect(await follow(after(0)).ended).toMatchObject({
      refusal: { code: 'ledger_unavailable', details: { problem: expect.stringContaining('read-entries.lua') } },
    });
    expect(ledger.log.lines.at(-1)).toMatchObject({ level: 'error' });
    await operator.del('test:{store}:history');
    const follower = follow(after(0));
    await story.done(create(V));
    await follower.until('store', 1);
    await operator.del('test:{store}:history');
    await operator.set('test:{store}:history', 'damaged');
    expect(await follower.ended).toMatchObject({ refusal: { code: 'ledger_unavailable' } });
  });
});

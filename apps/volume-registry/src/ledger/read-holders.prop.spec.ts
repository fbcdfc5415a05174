import fc from 'fast-check';
import { Redis } from 'ioredis';
import { holderId } from '@holdfast/core/base';
import type { LedgerUnit } from '@holdfast/core/volumes';
import { acquire, create, holderRef, LedgerStory, release } from '@holdfast/testing/volume-store';
import { openTestLedger, type TestLedger } from './ledger.fixture';
import { isHolderCursor } from './read-holders';

const RUNS = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 200);
const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 2 ** 31);
const V = 'eng/vol-1';
const GUESTS = 1500;

/** What happens between, or during, two pages: these guests (from, how many) come, or go. */
const turn = fc.record({
  comes: fc.boolean(),
  from: fc.nat(GUESTS),
  count: fc.oneof(fc.nat(5), fc.nat(GUESTS)),
  isMeanwhile: fc.boolean(),
});

describe('pages of holders', () => {
  let ledger: TestLedger;
  let redis: Redis;

  beforeAll(async () => {
    ledger = await openTestLedger();
    redis = new Redis(ledger.redis.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await ledger.close();
  });

  const guests = ({ comes, from, count }: { readonly comes: boolean; readonly from: number; readonly count: number }): LedgerUnit[] =>
    Array.from({ length: Math.min(count, GUESTS - from) }, (_, at) => holderRef(`guest-${from + at}`)).map((guest) =>
      comes ? acquire(guest, V) : release(guest, V),
    );

  it(
    `show whoever holds the volume all the while, nobody who never did, and a count that holds, while others come and go (seed ${SEED}, ${RUNS} runs)`,
    async () => {
      let stores = 0;
      await fc.assert(
        fc.asyncProperty(fc.nat(300), fc.integer({ min: 1, max: 400 }), fc.array(turn, { maxLength: 12 }), async (stays, limit, turns) => {
          const story = await new LedgerStory(ledger.store, `store-${(stores += 1)}`).begin();
          const residents = Array.from({ length: stays }, (_, at) => holderRef(`resident-${at}`));
          await story.done(
            create(V),
            ...residents.map((resident) => acquire(resident, V)),
            ...guests({ comes: true, from: 0, count: 700 }),
          );
          const seen = new Set<string>();
          const rest = [...turns];
          for (let from: string | undefined; ;) {
            const next = rest.shift();
            const acting = next ? story.done(...guests(next)) : undefined;
            if (!next?.isMeanwhile) await acting;
            const page = await ledger.store.readHolders({ storeId: story.storeId, volume: V, limit, ...(from !== undefined && { from }) });
            await acting;
            if (!page) throw new Error('the volume is there');
            if (!next?.isMeanwhile) {
              expect(page.count).toBe(await redis.hlen(`test:{${story.storeId}}:holders:${V}`));
              expect(page.revision).toBe(story.seenRevision);
            }
            for (const holder of page.holders) seen.add(holderId(holder));
            from = page.next;
            if (from === undefined) break;
            expect(isHolderCursor(from)).toBe(true);
            expect(page.holders.length).toBeGreaterThanOrEqual(limit);
          }
          const everybody = new Set([...residents, ...Array.from({ length: GUESTS }, (_, at) => holderRef(`guest-${at}`))].map(holderId));
          expect(residents.map(holderId).filter((id) => !seen.has(id))).toEqual([]);
          expect([...seen].filter((id) => !everybody.has(id))).toEqual([]);
          await redis.flushdb();
        }),
        { seed: SEED, numRuns: RUNS },
      );
    },
    60_000 + RUNS * 300,
  );

  it.each(['', '0', '-1', '1.5', 'abc', ' 7', '7 ', '0x1f', '１', '18446744073709551616', '99999999999999999999999'])(
    'do not begin at %j, which Redis never gave out',
    (text) => expect(isHolderCursor(text)).toBe(false),
  );

  it.each(['1', '18446744073709551615', '9223372036854775808'])('may begin at %s, as Redis agrees', async (text) => {
    expect(isHolderCursor(text)).toBe(true);
    await redis.hscan('nothing', text);
  });

  it('come whole where Redis keeps a hash in one piece', async () => {
    const [, before = ''] = (await redis.config('GET', 'hash-max-listpack-value')) as string[];
    await redis.config('SET', 'hash-max-listpack-value', 1000);
    const story = await new LedgerStory(ledger.store, 'small').begin();
    await story.done(create(V), ...Array.from({ length: 100 }, (_, at) => acquire(holderRef(`t${at}`), V)));
    expect(await redis.object('ENCODING', `test:{small}:holders:${V}`)).toBe('listpack');
    const page = await ledger.store.readHolders({ storeId: 'small', volume: V, limit: 10 });
    expect(page).toMatchObject({ count: 100 });
    expect(page?.holders).toHaveLength(100);
    expect(page?.next).toBeUndefined();
    await redis.config('SET', 'hash-max-listpack-value', before);
  });
});

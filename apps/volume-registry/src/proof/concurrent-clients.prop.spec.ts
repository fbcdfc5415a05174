import fc from 'fast-check';
import { Redis } from 'ioredis';
import { checkHistory, type RecordedHistory } from '@holdfast/testing/ledger-model';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { withBroken } from './broken-scripts.fixture';
import { letLoose, someClients, type Client } from './concurrent-clients.fixture';
import { MUTATIONS, type Mutation } from './mutations';
import { openProvenLedger } from './proven-ledger.fixture';

const RUNS = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 300);
const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 2 ** 31);

describe('the ledger in Redis under several clients at once', () => {
  let redis: TestRedis;
  let operator: Redis;

  beforeAll(async () => {
    redis = await startRedis();
    operator = new Redis(redis.url);
  });
  afterEach(() => operator.flushdb());
  afterAll(async () => {
    operator.disconnect();
    await redis.stop();
  });

  /** Several times several clients on a store of their own, over two connections; the first complaints about what was recorded of one. */
  async function letManyLoose(
    times: number,
    complaints: (recorded: Required<RecordedHistory>) => readonly string[],
    scriptsFolder?: string,
  ): Promise<readonly string[]> {
    const ledgers = [openProvenLedger(redis, scriptsFolder), openProvenLedger(redis, scriptsFolder)] as const;
    const [{ store }] = ledgers;
    let stores = 0;
    let found: readonly string[] = [];
    const once = async (clients: readonly Client[]) => {
      const storeId = `store-${(stores += 1)}`;
      const calls = await letLoose([store, ledgers[1].store], storeId, clients);
      const volumes = await store.readVolumes({ storeIds: [storeId] });
      found = complaints({ entries: await store.readHistory({ storeId, afterRevision: 0, limit: 100_000 }), volumes, calls });
      await operator.flushdb();
      return found.length === 0;
    };
    try {
      // Shrinking would take other interleavings for the same.
      const { failed, errorInstance } = await fc.check(fc.asyncProperty(someClients, once), {
        seed: SEED,
        numRuns: times,
        endOnFailure: true,
      });
      if (failed && found.length === 0) throw errorInstance;
      return found;
    } finally {
      for (const ledger of ledgers) ledger.close();
    }
  }

  it(
    `answers each call as if calls came one by one, in the order of revisions, which is also that of real time (seed ${SEED}, ${RUNS} runs)`,
    async () => {
      const met = new Set<string>();
      const found = await letManyLoose(RUNS, (recorded) => {
        for (const { change } of recorded.entries) met.add(change);
        return checkHistory(recorded);
      });
      expect(found).toEqual([]);
      const often = ['volume_acquired', 'volume_released', 'volume_draining', 'volume_destroying', 'volume_gone'];
      expect([...met]).toEqual(expect.arrayContaining(often));
    },
    60_000 + RUNS * 100,
  );

  const broken = (...does: string[]) => does.map((words) => MUTATIONS.find((mutation) => mutation.does === words) as Mutation);
  const ENOUGH = 300;

  it.each(broken('destroys what is held', 'counts a repeated acquire', 'admits holders to what is being destroyed'))(
    'would be found out by its history alone if it $does',
    async (mutation) => {
      const byHistory = ({ entries, volumes }: RecordedHistory) => checkHistory({ entries, volumes });
      const found = await withBroken(mutation, (folder) => letManyLoose(ENOUGH, byHistory, folder));
      expect(found).toContainEqual(expect.stringMatching(/^revision \d+.*(promise|was destroying)/));
    },
  );

  it.each(broken('has no fence', 'shares what is not shared', 'does not notice the last release'))(
    'would be found out by its answers if it $does',
    async (mutation) => {
      const found = await withBroken(mutation, (folder) => letManyLoose(ENOUGH, checkHistory, folder));
      expect(found).toContainEqual(expect.stringMatching(/^call of client \d/));
    },
  );
});

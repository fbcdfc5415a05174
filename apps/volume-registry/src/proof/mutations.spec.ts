import fc from 'fast-check';
import { Redis } from 'ioredis';
import { expectLikeModel, modelStepsWithLoss } from '@holdfast/testing/ledger-model';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { withBroken } from './broken-scripts.fixture';
import { MUTATIONS } from './mutations';
import { openProvenLedger, SCRIPTS } from './proven-ledger.fixture';

/** The same sequences for each, so that a mutation is caught by every run of this spec or by none. */
const SEED = 20_261_122;
const BUDGET = 400;
const TIMEOUT_MS = 60_000 + BUDGET * 300;

describe('the model test', () => {
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

  /** After how many sequences the model test fails; undefined: never, within the budget. */
  async function caughtAfter(scriptsFolder: string, prefix: string): Promise<number | undefined> {
    const ledger = openProvenLedger(redis, scriptsFolder, prefix);
    let stores = 0;
    try {
      const { failed, numRuns } = await fc.check(
        fc.asyncProperty(modelStepsWithLoss, async (steps) => void (await expectLikeModel(ledger, `store-${(stores += 1)}`, steps))),
        { seed: SEED, numRuns: BUDGET, endOnFailure: true },
      );
      return failed ? numRuns : undefined;
    } finally {
      ledger.close();
    }
  }

  it(
    'passes the ledger as it is',
    async () => {
      expect(await caughtAfter(SCRIPTS, 'whole')).toBeUndefined();
    },
    TIMEOUT_MS,
  );

  it.each(MUTATIONS.map((mutation, at) => ({ ...mutation, at })))(
    'fails a ledger that $does ($script.lua)',
    async ({ at, ...mutation }) => {
      expect(await withBroken(mutation, (folder) => caughtAfter(folder, `mutation-${at}`))).toBeDefined();
    },
    TIMEOUT_MS,
  );
});

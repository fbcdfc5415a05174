import fc from 'fast-check';
import { Redis } from 'ioredis';
import { EVERY_WORD, expectLikeModel, modelStepsWithLoss } from '@holdfast/testing/ledger-model';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { openProvenLedger } from './proven-ledger.fixture';

const RUNS = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 1000);
const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 2 ** 31);

describe('the ledger in Redis and the reference model', () => {
  let redis: TestRedis;
  let operator: Redis;
  let ledger: ReturnType<typeof openProvenLedger>;

  beforeAll(async () => {
    redis = await startRedis();
    operator = new Redis(redis.url);
    ledger = openProvenLedger(redis);
  });
  afterAll(async () => {
    ledger.close();
    operator.disconnect();
    await redis.stop();
  });

  it(
    `answer alike, leave alike and write the same history, whatever is repeated, late, stale or lost (seed ${SEED}, ${RUNS} runs)`,
    async () => {
      let stores = 0;
      const met = new Set<string>();
      await fc.assert(
        fc.asyncProperty(modelStepsWithLoss, async (steps) => {
          for (const word of await expectLikeModel(ledger, `store-${(stores += 1)}`, steps)) met.add(word);
          await operator.flushdb();
        }),
        { seed: SEED, numRuns: RUNS },
      );
      expect([...met]).toEqual(expect.arrayContaining([...EVERY_WORD]));
    },
    60_000 + RUNS * 100,
  );
});

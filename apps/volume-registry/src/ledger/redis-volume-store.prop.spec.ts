import fc from 'fast-check';
import { Redis } from 'ioredis';
import { expectLikeRules, ledgerCommands, type Rewind } from '@holdfast/testing/volume-store';
import { openTestLedger, type TestLedger } from './ledger.fixture';

const RUNS = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 400);
const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 2 ** 31);

/** Each change, each cause of reconciliation and each refusal of the ledger must have been met, or the commands do not bite. */
const EVERY_WORD = [
  ...[
    'volume_created',
    'volume_ready',
    'volume_draining',
    'destroy_cancelled',
    'volume_destroying',
    'volume_gone',
    'volume_added',
    'volume_updated',
    'volume_resized',
    'volume_acquired',
    'volume_released',
  ],
  ...[
    'holder_running',
    'holder_ending',
    'holder_updated',
    'agent_reported',
    'not_reported',
    'lost_by_agent',
    'never_made',
    'deleted_before',
    'unused',
  ],
  ...[
    'stale_epoch',
    'dependency_refused',
    'ledger_unverified',
    'volume_exists',
    'volume_not_found',
    'volume_not_ready',
    'volume_in_use',
    'destroy_pending',
    'destroy_not_pending',
  ],
  'operation_invalid',
];

describe('the Lua scripts and the rules of libs/core', () => {
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

  /** Redis loses what was written since: the keys of the store are put back as they were. */
  const rewind = (): Rewind => {
    let dumps: (readonly [key: string, dump: Buffer])[] = [];
    const keysOf = (storeId: string) => redis.keys(`test:{${storeId}}:*`);
    return {
      async remember(storeId) {
        const keys = await keysOf(storeId);
        dumps = await Promise.all(keys.map(async (key) => [key, (await redis.dumpBuffer(key)) ?? Buffer.alloc(0)] as const));
      },
      async forget(storeId) {
        const keys = await keysOf(storeId);
        if (keys.length > 0) await redis.del(...keys);
        await Promise.all(dumps.map(([key, dump]) => redis.restore(key, 0, dump)));
      },
    };
  };

  it(
    `answer alike and leave alike, whatever is asked of them (seed ${SEED}, ${RUNS} runs)`,
    async () => {
      let stores = 0;
      const met = new Set<string>();
      await fc.assert(
        fc.asyncProperty(ledgerCommands, async (commands) => {
          for (const word of await expectLikeRules(ledger.store, `store-${(stores += 1)}`, commands, rewind())) met.add(word);
          await redis.flushdb();
        }),
        { seed: SEED, numRuns: RUNS },
      );
      expect([...met].sort()).toEqual(expect.arrayContaining(EVERY_WORD));
    },
    60_000 + RUNS * 100,
  );
});

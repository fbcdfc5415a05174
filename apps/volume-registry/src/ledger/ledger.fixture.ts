import { recordedLog, type RecordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis, type TestRedisOptions } from '@holdfast/testing/redis';
import { openLedger, type Ledger, type LedgerOptions } from './open-ledger';

export interface TestLedger extends Ledger {
  readonly redis: TestRedis;
  readonly log: RecordedLog;
}

/** The ledger over a Redis server of its own. */
export async function openTestLedger(changed: Partial<LedgerOptions> = {}, redisOptions?: TestRedisOptions): Promise<TestLedger> {
  const redis = await startRedis(redisOptions);
  const log = recordedLog();
  const ledger = openLedger({
    redisUrl: redis.url,
    keyPrefix: 'test',
    historyLength: 100_000,
    waitMs: 20_000,
    probeMs: 50,
    log,
    ...changed,
  });
  const close = async () => {
    await ledger.close();
    await redis.stop();
  };
  return { ...ledger, close, redis, log };
}

const PATIENCE_MS = 20_000;

/** Resolves once the ledger has problems (or such ones), or none. */
export async function untilProblems(ledger: Ledger, expected: boolean | RegExp): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  const isMet = () =>
    typeof expected === 'boolean' ? ledger.problems().length > 0 === expected : ledger.problems().some((problem) => expected.test(problem));
  while (!isMet()) {
    if (performance.now() > endMs) throw new Error(`problems are ${ledger.problems().join('; ') || 'none'}, not ${String(expected)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

import { performance } from 'node:perf_hooks';
import { recordedLog } from '@holdfast/testing/log';
import { connectRedis } from '@holdfast/platform/redis';
import { startRedis } from '@holdfast/testing/redis';
import { openLedger, type Ledger } from '@holdfast/volume-registry/ledger';
import { median, ratePerSecond } from '../rate';
import type { Result, Suite, SuiteRun } from '../result';
import { BareLedger } from './bare-script';
import { RealLedger } from './real-ledger';
import { Rota, STORE, volumeName, type Ledgerlike } from './step';

/** Of the bare script's rate. */
const RATE_MARK = 0.6;
/** A volume with 10,000 holders against one with a single holder: at most twice the cost. */
const CROWD_MARK = 0.5;
const PAGE_LIMIT_MS = 5;
const PAGE_SIZE = 1_000;
const CROWD = 10_000;
const HOLDERS = 100;
const MANY_VOLUMES = 1_000;
const BATCH = 100;
/** Steps under way at once, in transactions of one or of a hundred. */
const STEPS_IN_FLIGHT = { single: 64, batched: 800 };
/** Ledger and bare script take turns, so that what else the machine does meets both. */
const ROUNDS = 5;

type Fsync = 'always' | 'everysec';

interface Case {
  readonly volumes: number;
  readonly holders: number;
  readonly isBatched: boolean;
}

interface Times {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

const CASES: readonly Case[] = [
  { volumes: 1, holders: HOLDERS, isBatched: true },
  { volumes: 1, holders: HOLDERS, isBatched: false },
  { volumes: MANY_VOLUMES, holders: 1, isBatched: true },
  { volumes: MANY_VOLUMES, holders: 1, isBatched: false },
];

/** The ledger's port over a real Redis, beside a script that sends Redis the same commands without rules. */
export const ledgerSuite: Suite = {
  name: 'ledger',
  about: 'acquire and release per second: one volume and many, 1 to 10,000 holders, batched and not, both fsync policies; pages of holders',
  async run(run) {
    const times = run.isQuick ? { warmUpMs: 100, measureMs: 400 } : { warmUpMs: 500, measureMs: 2_000 };
    const results: Result[] = [];
    for (const fsync of ['everysec', 'always'] as const) {
      for (const which of CASES) results.push(await beside(run, fsync, which, times));
    }
    results.push(await crowdedBesideLonely(run, times));
    results.push(await pageOfHolders(run));
    return results;
  },
};

async function beside(run: SuiteRun, fsync: Fsync, which: Case, times: Times): Promise<Result> {
  const what = `${which.isBatched ? `${BATCH} to a transaction` : 'one to a transaction'}, ${wordsOf(which)}, fsync ${fsync}`;
  run.say(`${what} …`);
  return withRedis(fsync, async ({ url, ledger }) => {
    const redis = connectRedis({ url, name: 'bench-floor', log: recordedLog(), whileAway: 'wait' });
    const real = await filled(await RealLedger.open(ledger.store, which.volumes), which);
    const bare = await filled(await BareLedger.open(redis, which.volumes), which);
    const rates = { real: [] as number[], bare: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      rates.real.push(await stepsPerSecond(real, which, times));
      rates.bare.push(await stepsPerSecond(bare, which, times));
    }
    redis.disconnect();
    const [value, floor] = [median(rates.real), median(rates.bare)];
    return { name: what, value, unit: 'changes/s', floor, ratio: value / floor, mark: RATE_MARK };
  });
}

/** Both in one server, by turns. */
async function crowdedBesideLonely(run: SuiteRun, times: Times): Promise<Result> {
  const what = `one volume with ${CROWD.toLocaleString('en')} holders, beside one with a single holder; one to a transaction`;
  run.say(`${what} …`);
  return withRedis('everysec', async ({ ledger }) => {
    const lonely = { volumes: 1, holders: 1, isBatched: false };
    const crowded = { volumes: 1, holders: CROWD, isBatched: false };
    const rates = { lonely: [] as number[], crowded: [] as number[] };
    const one = await filled(await RealLedger.open(ledger.store, 1, 'lonely'), lonely);
    const many = await filled(await RealLedger.open(ledger.store, 1, 'crowded'), crowded);
    for (let round = 0; round < ROUNDS; round++) {
      rates.lonely.push(await stepsPerSecond(one, lonely, times));
      rates.crowded.push(await stepsPerSecond(many, crowded, times));
    }
    const [value, floor] = [median(rates.crowded), median(rates.lonely)];
    return { name: what, value, unit: 'changes/s', floor, ratio: value / floor, mark: CROWD_MARK };
  });
}

/** The floor is the limit itself. */
async function pageOfHolders(run: SuiteRun): Promise<Result> {
  const what = `a page of ${PAGE_SIZE.toLocaleString('en')} of ${CROWD.toLocaleString('en')} holders (at most ${PAGE_LIMIT_MS} ms)`;
  run.say(`${what} …`);
  return withRedis('everysec', async ({ ledger }) => {
    await filled(await RealLedger.open(ledger.store, 1), { volumes: 1, holders: CROWD, isBatched: true });
    const tookMs: number[] = [];
    let from: string | undefined;
    for (let page = 0; page < 100; page++) {
      const startedMs = performance.now();
      const answer = await ledger.store.readHolders({
        storeId: STORE,
        volume: volumeName(0),
        limit: PAGE_SIZE,
        ...(from !== undefined && { from }),
      });
      tookMs.push(performance.now() - startedMs);
      from = answer?.next;
    }
    const value = median(tookMs);
    return { name: what, value, unit: 'ms', floor: PAGE_LIMIT_MS, ratio: PAGE_LIMIT_MS / value, mark: 1 };
  });
}

const wordsOf = ({ volumes, holders }: Case): string =>
  `${volumes.toLocaleString('en')} ${volumes === 1 ? 'volume' : 'volumes'} with ${holders} ${holders === 1 ? 'holder' : 'holders'}`;

interface Filled {
  readonly ledger: Ledgerlike;
  readonly rota: Rota;
}

async function filled(ledger: Ledgerlike, { volumes, holders }: Case): Promise<Filled> {
  const rota = new Rota(volumes, holders);
  const steps = rota.filling();
  for (let at = 0; at < steps.length; at += BATCH) await ledger.transact(steps.slice(at, at + BATCH));
  return { ledger, rota };
}

async function stepsPerSecond({ ledger, rota }: Filled, { isBatched }: Case, { warmUpMs, measureMs }: Times): Promise<number> {
  const perTransaction = isBatched ? BATCH : 1;
  const inFlight = (isBatched ? STEPS_IN_FLIGHT.batched : STEPS_IN_FLIGHT.single) / perTransaction;
  let done = 0;
  let isOver = false;
  const goOn = async () => {
    while (!isOver) {
      await ledger.transact(rota.steps(perTransaction));
      done += perTransaction;
    }
  };
  const going = Array.from({ length: inFlight }, () => goOn());
  const rate = await ratePerSecond(() => done, { warmUpMs, measureMs });
  isOver = true;
  await Promise.all(going);
  return rate;
}

async function withRedis<T>(fsync: Fsync, use: (parts: { readonly url: string; readonly ledger: Ledger }) => Promise<T>): Promise<T> {
  const redis = await startRedis({ appendonly: true, appendfsync: fsync });
  const ledger = openLedger({
    redisUrl: redis.url,
    keyPrefix: 'ledger',
    historyLength: 100_000,
    waitMs: 5_000,
    probeMs: 1_000,
    log: recordedLog(),
  });
  try {
    return await use({ url: redis.url, ledger });
  } finally {
    await ledger.close();
    await redis.stop();
  }
}

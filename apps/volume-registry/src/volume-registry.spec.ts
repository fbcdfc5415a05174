import { volumeRegistryService } from '@holdfast/contracts';
import type { RunningService } from '@holdfast/platform/process';
import { recordedLog, type RecordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import {
  acquire,
  confirm,
  create,
  describeLedgerFeed,
  describeVolumeStore,
  destroy,
  FeedRecord,
  FIRST_MS,
  holderRef,
  LedgerStory,
  release,
} from '@holdfast/testing/volume-store';
import { startRegistry } from './composition';
import { registrySettings } from './config';
import { RemoteVolumeStore } from './remote-volume-store.fixture';
import { openRoad } from './road.fixture';

const V = 'eng/vol-1';
const T1 = holderRef('t1');

interface Running {
  readonly redis: TestRedis;
  readonly registry: RunningService;
  readonly store: RemoteVolumeStore;
  readonly log: RecordedLog;
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  untilReady(isReady: boolean): Promise<void>;
  close(): Promise<void>;
}

/** The whole registry on free ports, over a Redis of its own. */
async function start(environment: Readonly<Record<string, string>> = {}): Promise<Running> {
  const redis = await startRedis();
  const settings = registrySettings.read({
    HOLDFAST_REGISTRY_GRPC_PORT: '0',
    HOLDFAST_REGISTRY_HTTP_PORT: '0',
    HOLDFAST_REGISTRY_PROBE_MS: '50',
    HOLDFAST_REDIS_URL: redis.url,
    ...environment,
  });
  const log = recordedLog();
  const registry = await startRegistry(settings, log);
  const store = new RemoteVolumeStore(registry.endpoints['grpc'] ?? '');
  const get = async (path: string) => {
    const answer = await fetch(`${registry.endpoints['http']}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  return {
    redis,
    registry,
    store,
    log,
    get,
    async untilReady(isReady) {
      const endMs = performance.now() + 20_000;
      while (((await get('/readyz')).status === 200) !== isReady) {
        if (performance.now() > endMs) throw new Error(`the registry does not become ${isReady ? 'ready' : 'unready'}`);
      }
    },
    async close() {
      store.close();
      await registry.stop();
      await redis.stop();
    },
  };
}

/** One number of the metrics; 0: nothing was counted yet. All registries of this process count together. */
function value({ text }: { readonly text: string }, series: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.split(' ')[1] ?? 0);
}

describeVolumeStore('The registry over gRPC', () => start({ HOLDFAST_REGISTRY_WAIT_MS: '20000' }));
describeLedgerFeed('The registry over gRPC', async () => {
  const running = await start({ HOLDFAST_REGISTRY_WAIT_MS: '20000' });
  return { ...running, feed: running.store };
});

describe('the registry', () => {
  let running: Running;
  let story: LedgerStory;

  beforeEach(async () => {
    // Also how long a Redis that is there may take.
    running = await start({ HOLDFAST_REGISTRY_WAIT_MS: '1500' });
    await running.untilReady(true);
    story = await new LedgerStory(running.store, 'store').begin();
    await story.done(create(V), confirm(V));
  });
  afterEach(() => running.close());

  it('answers many transactions of one message in order per store, many per message', async () => {
    const count = 200;
    const of = (storeId: string, at: number) => {
      const units = [at % 2 === 0 ? acquire(T1, V) : release(T1, V)];
      return { storeId, epoch: 1, seenRevision: 0, nowMs: FIRST_MS + at, units };
    };
    const other = await new LedgerStory(running.store, 'other').begin();
    await other.done(create(V), confirm(V));
    running.store.answered.length = 0;
    const results = await running.store.applyAll(Array.from({ length: count }, (_, at) => of(at % 4 < 2 ? 'store' : 'other', at)));
    // Each acquire and each release found what the one before had left, so each made one change.
    expect(results.filter((_, at) => at % 4 < 2).map(({ revision }) => revision)).toEqual(
      Array.from({ length: count / 2 }, (_, at) => at + 3),
    );
    expect(running.store.answered.length).toBeLessThan(count / 4);
  });

  it('answers what it was asked before it ends a stream', async () => {
    const asked = story.transact([acquire(T1, V)]);
    await running.store.finish();
    expect((await asked).results).toEqual([{}]);
  });

  it('is not ready while Redis is away, says why, refuses in time, and is ready again by itself', async () => {
    await running.redis.kill();
    await running.untilReady(false);
    expect((await running.get('/readyz')).text).toContain('Redis');
    expect((await running.get('/healthz')).status).toBe(200);
    expect((await story.transact([acquire(T1, V)])).refusal?.code).toBe('ledger_unavailable');
    expect((await story.report()).refusal?.code).toBe('ledger_unavailable');
    await expect(story.volume(V)).rejects.toThrow('ledger_unavailable');
    await expect(story.history()).rejects.toThrow('ledger_unavailable');

    await running.redis.restart();
    await running.untilReady(true);
    await running.store.redial();
    // This Redis keeps nothing: the store is a new one, and the revision that was seen says that writes were lost.
    expect(await story.transact([create(V)])).toMatchObject({ revision: 3, unverified: true });
  });

  it.each(['0', 'garbage', '-1', '18446744073709551616', ''])(
    'refuses a page of holders from %j, which no page ended with',
    async (from) => {
      const { client } = running.store;
      const answer = await client.unary(volumeRegistryService.readHolders, { storeId: 'store', volume: V, from, limit: 10 });
      expect(answer).toMatchObject({ ok: false, refusal: { code: 'invalid_argument', details: { field: 'from' } } });
    },
  );

  it('refuses reads and ends feeds while Redis is away, and says so', async () => {
    const feed = new FeedRecord(running.store, [{ storeId: 'store', revision: 0 }]);
    await feed.until('store', 2);
    await running.redis.kill();
    const unavailable = { ok: false, refusal: { code: 'ledger_unavailable' } };
    expect(await feed.ended).toMatchObject(unavailable);
    const { client } = running.store;
    expect(await client.unary(volumeRegistryService.readHolders, { storeId: 'store', volume: V, limit: 1 })).toMatchObject(unavailable);
    expect(await client.unary(volumeRegistryService.readStores, undefined)).toMatchObject(unavailable);
    expect(await new FeedRecord(running.store, []).ended).toMatchObject(unavailable);
  });

  it('answers in its metrics how much is asked, how long it takes, and why DESTROYs were refused', async () => {
    await story.done(acquire(T1, V), acquire(holderRef('t2'), V));
    await story.ask(destroy(V));
    await story.transact([destroy(V)], { epoch: 0 });
    await story.report();
    const metrics = await running.get('/metrics');
    const of = (series: string) => value(metrics, series);
    expect(of('holdfast_ledger_transactions_total{outcome="applied"}')).toBeGreaterThanOrEqual(3);
    expect(of('holdfast_ledger_transactions_total{outcome="stale_epoch"}')).toBeGreaterThanOrEqual(1);
    expect(of('holdfast_ledger_units_total{unit="acquire_volumes",outcome="done"}')).toBeGreaterThanOrEqual(2);
    expect(of('holdfast_ledger_refused_destroys_total{reason="volume_in_use"}')).toBeGreaterThanOrEqual(1);
    expect(of('holdfast_ledger_refused_destroys_total{reason="stale_epoch"}')).toBeGreaterThanOrEqual(1);
    expect(of('holdfast_ledger_reconciliations_total{outcome="reconciled"}')).toBeGreaterThanOrEqual(2);
    expect(of('holdfast_ledger_ms_count')).toBeGreaterThanOrEqual(4);
    expect(metrics.text).toContain('holdfast_ledger_waiting 0');
  });

  it('says aloud what ledger and agent differed about', async () => {
    await story.report();
    const line = running.log.lines.find(({ level }) => level === 'warn');
    expect(line?.fields).toMatchObject({ storeId: 'store', differences: [expect.stringContaining('LOST')] });
  });
});

const FED = 'holdfast_ledger_fed_total';
const LEFT = 'holdfast_ledger_followers_left_total{outcome="left"}';

describe('the registry and what is long', () => {
  let running: Running;
  let story: LedgerStory;

  const begin = async (environment?: Readonly<Record<string, string>>) => {
    running = await start({ HOLDFAST_REGISTRY_WAIT_MS: '20000', ...environment });
    story = await new LedgerStory(running.store, 'store').begin();
    await story.done(create(V), confirm(V));
  };
  afterEach(() => running.close());

  it('refuses a page of no holders, and gives one of a million in parts', async () => {
    await begin();
    const { client } = running.store;
    const page = (limit: number) => client.unary(volumeRegistryService.readHolders, { storeId: 'store', volume: V, limit });
    expect(await page(0)).toMatchObject({ ok: false, refusal: { code: 'invalid_argument', details: { field: 'limit' } } });
    const holders = Array.from({ length: 25_000 }, (_, at) => holderRef(`t${at}`));
    for (let at = 0; at < holders.length; at += 1000) await story.done(...holders.slice(at, at + 1000).map((holder) => acquire(holder, V)));
    const answer = await page(4_000_000_000);
    const { holders: some = [], next, count } = (answer.ok && answer.value.page) || {};
    expect(some.length).toBeGreaterThanOrEqual(10_000);
    expect(some.length).toBeLessThan(11_000);
    expect({ next: typeof next, count }).toEqual({ next: 'string', count: 25_000 });
  });

  it('tells a feed that begins too early what is the oldest that is kept', async () => {
    await begin({ HOLDFAST_REGISTRY_HISTORY_LENGTH: '100' });
    await story.done(...Array.from({ length: 400 }, (_, at) => acquire(holderRef(`t${at}`), V)));
    const oldestRevision = (await story.history())[0]?.revision ?? 0;
    expect(oldestRevision).toBeGreaterThan(100);
    expect(await new FeedRecord(running.store, [{ storeId: 'store', revision: 7 }]).ended).toMatchObject({
      refusal: { code: 'history_trimmed', details: { storeId: 'store', afterRevision: 7, oldestRevision } },
    });
  });

  it('reads little more of the history than the network takes, and nothing for one who is gone', async () => {
    await begin();
    const road = await openRoad(running.registry.endpoints['grpc'] ?? '');
    const far = new RemoteVolumeStore(road.address);
    const metric = async (series: string) => value(await running.get('/metrics'), series);
    const [fedBefore, leftBefore] = [await metric(FED), await metric(LEFT)];
    const slow = new FeedRecord(far, [{ storeId: 'store', revision: 0 }]);
    const quick = new FeedRecord(running.store, [{ storeId: 'store', revision: 0 }]);
    await slow.until('store', 2);
    road.block();
    const cause = 'the reason of an operator '.repeat(300);
    const holders = Array.from({ length: 250 }, (_, at) => holderRef(`t${at}`));
    for (let at = 0; at < 16; at += 1) {
      await story.done(...holders.map((holder) => acquire(holder, V)));
      await story.done(...holders.map((holder) => ({ kind: 'release_volumes' as const, holder, volumes: [V], cause })));
    }
    const total = story.seenRevision;
    await quick.until('store', total);
    expect((await metric(FED)) - fedBefore - total).toBeLessThan(total / 2);

    road.unblock();
    await slow.until('store', total);
    expect(slow.revisions('store')).toEqual(Array.from({ length: total }, (_, at) => at + 1));
    expect((await metric(FED)) - fedBefore).toBe(2 * total);
    await Promise.all([slow.stop(), quick.stop()]);
    const endMs = performance.now() + 20_000;
    while ((await metric(LEFT)) - leftBefore < 2) if (performance.now() > endMs) throw new Error('who is gone is still fed');
    far.close();
    road.close();
  });
});

describe('the registry before Redis is there', () => {
  it('serves, is not ready and says why, and becomes ready by itself', async () => {
    const redis = await startRedis();
    await redis.kill();
    const running = await start({ HOLDFAST_REDIS_URL: redis.url, HOLDFAST_REGISTRY_WAIT_MS: '1500' });
    expect(await running.get('/readyz')).toMatchObject({ status: 503, text: expect.stringContaining('Redis') });
    const story = new LedgerStory(running.store, 'store');
    expect((await story.transact([create(V)])).refusal?.code).toBe('ledger_unavailable');
    await redis.restart();
    await running.untilReady(true);
    await story.done(create(V));
    await running.close();
    await redis.stop();
  });
});

describe('two registries over one Redis', () => {
  it('keep one ledger', async () => {
    const first = await start();
    const second = await start({ HOLDFAST_REDIS_URL: first.redis.url });
    const one = await new LedgerStory(first.store, 'store').begin();
    const two = new LedgerStory(second.store, 'store');
    await one.done(create(V), acquire(T1, V));
    expect((await two.ask(destroy(V))).refusal?.code).toBe('volume_in_use');
    await two.done(release(T1, V));
    await one.done(destroy(V));
    await Promise.all([first.close(), second.close()]);
  });
});

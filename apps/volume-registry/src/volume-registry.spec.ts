import type { RunningService } from '@holdfast/platform/process';
import { recordedLog, type RecordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import {
  acquire,
  confirm,
  create,
  describeVolumeStore,
  destroy,
  FIRST_MS,
  holderRef,
  LedgerStory,
  release,
} from '@holdfast/testing/volume-store';
import { startRegistry } from './composition';
import { registrySettings } from './config';
import { RemoteVolumeStore } from './remote-volume-store.fixture';

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

describeVolumeStore('The registry over gRPC', () => start({ HOLDFAST_REGISTRY_WAIT_MS: '20000' }));

describe('the registry', () => {
  let running: Running;
  let story: LedgerStory;

  beforeEach(async () => {
    running = await start({ HOLDFAST_REGISTRY_WAIT_MS: '300' });
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
    // This Redis keeps nothing: the store is a new one, and the revision that was seen says that writes were lost.
    expect(await story.transact([create(V)])).toMatchObject({ revision: 3, unverified: true });
  });

  it('answers in its metrics how much is asked, how long it takes, and why DESTROYs were refused', async () => {
    await story.done(acquire(T1, V), acquire(holderRef('t2'), V));
    await story.ask(destroy(V));
    await story.transact([destroy(V)], { epoch: 0 });
    await story.report();
    const { text } = await running.get('/metrics');
    const value = (series: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')[1] ?? 0,
      );
    expect(value('holdfast_ledger_transactions_total{outcome="applied"}')).toBeGreaterThanOrEqual(3);
    expect(value('holdfast_ledger_transactions_total{outcome="stale_epoch"}')).toBeGreaterThanOrEqual(1);
    expect(value('holdfast_ledger_units_total{unit="acquire_volumes",outcome="done"}')).toBeGreaterThanOrEqual(2);
    expect(value('holdfast_ledger_refused_destroys_total{reason="volume_in_use"}')).toBeGreaterThanOrEqual(1);
    expect(value('holdfast_ledger_refused_destroys_total{reason="stale_epoch"}')).toBeGreaterThanOrEqual(1);
    expect(value('holdfast_ledger_reconciliations_total{outcome="reconciled"}')).toBeGreaterThanOrEqual(2);
    expect(value('holdfast_ledger_ms_count')).toBeGreaterThanOrEqual(4);
    expect(text).toContain('holdfast_ledger_waiting 0');
  });

  it('says aloud what ledger and agent differed about', async () => {
    await story.report();
    const line = running.log.lines.find(({ level }) => level === 'warn');
    expect(line?.fields).toMatchObject({ storeId: 'store', differences: [expect.stringContaining('LOST')] });
  });
});

describe('the registry before Redis is there', () => {
  it('serves, is not ready and says why, and becomes ready by itself', async () => {
    const redis = await startRedis();
    await redis.kill();
    const running = await start({ HOLDFAST_REDIS_URL: redis.url, HOLDFAST_REGISTRY_WAIT_MS: '100' });
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

import { Redis } from 'ioredis';
import { acquire, confirm, create, destroy, drain, holderRef, LedgerStory, release } from '@holdfast/testing/volume-store';
import { openTestLedger, untilProblems, type TestLedger } from './ledger.fixture';
import { LedgerAway } from './ledger-connection';

const V = 'eng/vol-1';
const T1 = holderRef('t1');
/** Also how long a Redis that is there may take. */
const WAIT_MS = 1500;

describe('the ledger and an unreliable Redis', () => {
  let ledger: TestLedger;
  let story: LedgerStory;
  let operator: Redis;
  const opened: TestLedger[] = [];

  beforeEach(async () => {
    ledger = await openTestLedger({ waitMs: WAIT_MS }, { appendonly: true });
    await untilProblems(ledger, false);
    operator = new Redis(ledger.redis.url, { retryStrategy: () => 20, disconnectTimeout: 50 }).on('error', () => undefined);
    story = await new LedgerStory(ledger.store, 'store').begin();
    await story.done(create(V), confirm(V));
  });
  afterEach(async () => {
    operator.disconnect();
    await Promise.all([ledger, ...opened.splice(0)].map((each) => each.close()));
  });

  it('refuses after a bounded wait while Redis is away, says why, and recovers by itself with nothing lost', async () => {
    await ledger.redis.kill();
    await untilProblems(ledger, /no connection/);
    const askedMs = performance.now();
    const { refusal, results, unverified } = await story.transact([acquire(T1, V)]);
    expect(refusal).toMatchObject({ code: 'ledger_unavailable', details: { problem: 'no connection' } });
    expect({ results, unverified }).toEqual({ results: [], unverified: false });
    expect(performance.now() - askedMs).toBeGreaterThanOrEqual(WAIT_MS - 5);

    await ledger.redis.restart();
    await untilProblems(ledger, false);
    expect(await story.holders(V)).toEqual([]);
    await story.report({ has: [V] });
    await story.done(acquire(T1, V), release(T1, V), destroy(V));
  });

  it('carries out what waited when Redis is back in time, in the order it came', async () => {
    const patient = await openTestLedger({ waitMs: 20_000 }, { appendonly: true });
    opened.push(patient);
    const waiting = await new LedgerStory(patient.store, 'store').begin();
    await patient.redis.kill();
    await untilProblems(patient, true);
    const T2 = holderRef('t2');
    const asked = [create(V, { shared: false }), acquire(T1, V), acquire(T2, V), release(T1, V), acquire(T2, V)];
    const calls = asked.map((unit) => waiting.transact([unit]));
    await patient.redis.restart();
    const codes = (await Promise.all(calls)).map(({ results }) => results[0]?.refusal?.code ?? 'done');
    expect(codes).toEqual(['done', 'done', 'volume_in_use', 'done', 'done']);
  });

  it('never carries out later what it has refused, though Redis had it already', async () => {
    ledger.redis.pause();
    const [applied, reported] = await Promise.all([story.transact([acquire(T1, V)]), story.report({ has: [] })]);
    expect(applied).toMatchObject({ refusal: { code: 'ledger_unavailable' }, unverified: true });
    expect(reported.refusal?.code).toBe('ledger_unavailable');
    await untilProblems(ledger, /does not answer/);
    ledger.redis.resume();
    await untilProblems(ledger, false);
    // Redis has answered a later question on the same connection, so it has seen those calls.
    expect(await story.volume(V)).toMatchObject({ state: 'ready', holders: [], revision: 2 });
  });

  it('says that the outcome is in doubt when the connection breaks before the answer', async () => {
    ledger.redis.pause();
    const cutOff = story.transact([acquire(T1, V)]);
    await ledger.redis.kill();
    expect(await cutOff).toMatchObject({
      refusal: { code: 'ledger_unavailable', details: { problem: expect.stringContaining('lost before the answer'), inDoubt: true } },
      unverified: true,
    });
  });

  it('goes on when Redis has forgotten the scripts', async () => {
    await operator.function('FLUSH');
    await Promise.all([story.done(acquire(T1, V)), story.done(release(T1, V)), story.done(acquire(holderRef('t2'), V))]);
    expect(await story.holders(V)).toEqual(['t2']);
  });

  it('keeps every change that it has answered, through a crash of Redis', async () => {
    const before = await Promise.all(Array.from({ length: 50 }, (_, at) => story.transact([acquire(holderRef(`t${at}`), V)])));
    await ledger.redis.kill();
    await ledger.redis.restart();
    await untilProblems(ledger, false);
    expect(await story.holders(V)).toHaveLength(50);
    expect((await story.transact([])).revision).toBe(Math.max(...before.map(({ revision }) => revision)));
    // In doubt all the same: nobody can know that it has all of them, and no more (ADR 10).
    expect((await story.ask(destroy(V))).refusal?.code).toBe('ledger_unverified');
  });

  it('fails reads rather than answer that nobody holds anything', async () => {
    await ledger.redis.kill();
    await expect(story.volume(V)).rejects.toThrow(LedgerAway);
    await expect(story.history()).rejects.toThrow(LedgerAway);
  });

  it('will not keep a ledger where Redis may evict keys, and says what to set', async () => {
    await operator.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await operator.config('SET', 'maxmemory', '100mb');
    await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await untilProblems(ledger, /allkeys-lru.*set maxmemory-policy noeviction/);
    expect((await story.transact([acquire(T1, V)])).refusal?.code).toBe('ledger_unavailable');
    await operator.config('SET', 'maxmemory-policy', 'noeviction');
    await untilProblems(ledger, false);
  });

  it('refuses, changes nothing and logs the fault when a key has been damaged by hand', async () => {
    await story.done(acquire(T1, V));
    const damaged = await operator.hget('test:{store}:volumes', V);
    await operator.hset('test:{store}:volumes', V, '{"damaged":true}');
    const { refusal } = await story.transact([create('eng/vol-2'), acquire(holderRef('t2'), V)]);
    expect(refusal).toMatchObject({ code: 'ledger_unavailable', details: { problem: expect.stringMatching(/volume\.lua:\d+.*damaged/) } });
    expect(ledger.log.lines.at(-1)).toMatchObject({ level: 'error' });
    await operator.hset('test:{store}:volumes', V, damaged ?? '');
    expect(await story.holders(V)).toEqual(['t1']);
    expect(await story.volume('eng/vol-2')).toBeUndefined();
    await story.done(create('eng/vol-2'));
  });

  it('does not touch a volume whose destroy waits on terms that were damaged by hand', async () => {
    await operator.hset('test:{store}:volumes', V, (await operator.hget('test:{store}:volumes', V))?.replace('ready', 'draining') ?? '');
    const { refusal } = await story.transact([drain(V)]);
    expect(refusal).toMatchObject({ code: 'ledger_unavailable', details: { problem: expect.stringMatching(/volume\.lua:\d+.*no terms/) } });
  });

  it('writes nothing of a transaction that cannot be carried out to its end', async () => {
    await operator.set('test:{store}:holders:eng/vol-2', 'damaged');
    const before = [await story.volume(V), await story.history()];
    expect((await story.transact([acquire(T1, V), create('eng/vol-2'), acquire(T1, 'eng/vol-2')])).refusal?.code).toBe(
      'ledger_unavailable',
    );
    expect((await story.report({ has: ['eng/vol-2'] })).refusal?.code).toBe('ledger_unavailable');
    await operator.rename('test:{store}:history', 'aside');
    await operator.set('test:{store}:history', 'damaged');
    expect((await story.transact([acquire(T1, V)])).refusal?.code).toBe('ledger_unavailable');
    await operator.rename('aside', 'test:{store}:history');
    await operator.del('test:{store}:holders:eng/vol-2');
    expect([await story.volume(V), await story.history()]).toEqual(before);
    await story.done(destroy(V));
  });

  it('does not stumble over a history that has outlived its revision', async () => {
    await operator.del('test:{store}:meta');
    const { revision, unverified } = await story.transact([acquire(T1, V)], { seenRevision: 0 });
    expect({ revision, unverified }).toEqual({ revision: 3, unverified: true });
  });

  it('is closed while calls wait, and tells them no', async () => {
    await ledger.redis.kill();
    await untilProblems(ledger, true);
    const waiting = story.transact([acquire(T1, V)]);
    await ledger.close();
    expect((await waiting).refusal?.details).toEqual({ problem: 'the registry is stopping' });
  });
});

describe('the ledger before Redis is there', () => {
  it('says that it waits, refuses in time, and begins by itself', async () => {
    const ledger = await openTestLedger({ waitMs: WAIT_MS });
    await ledger.redis.kill();
    const late = await openTestLedger({ waitMs: WAIT_MS, redisUrl: ledger.redis.url });
    expect(late.problems()).toEqual(['Redis: not connected yet']);
    const story = new LedgerStory(late.store, 'store');
    expect((await story.transact([create(V)])).refusal?.code).toBe('ledger_unavailable');
    await ledger.redis.restart();
    await untilProblems(late, false);
    await story.done(create(V));
    await Promise.all([late.close(), ledger.close()]);
  });
});

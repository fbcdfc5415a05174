import { execFileSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { acquire, confirm, create, destroy, drain, gone, holderRef, LedgerStory, release, running } from '@holdfast/testing/volume-store';
import { openTestLedger, type TestLedger } from './ledger.fixture';

const V = 'eng/vol-1';
const T1 = holderRef('t1');

describe('the ledger in Redis', () => {
  let ledger: TestLedger;
  let story: LedgerStory;
  let redis: Redis;

  beforeAll(async () => {
    ledger = await openTestLedger({ historyLength: 100 });
    redis = new Redis(ledger.redis.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await ledger.close();
  });
  beforeEach(async () => {
    await redis.flushdb();
    story = await new LedgerStory(ledger.store, 'st-1').begin();
  });

  /** As an operator types it. */
  const cli = (...words: string[]) =>
    execFileSync('redis-cli', ['-p', String(ledger.redis.port), ...words], { encoding: 'utf8' })
      .trimEnd()
      .split('\n');

  it('lies under keys of one hash tag, written so that an operator can read them by hand', async () => {
    await story.transact([create(V), confirm(V), acquire(T1, V), running(T1, V)], {
      traceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    const nowMs = String(story.nowMs);
    expect(cli('KEYS', '*').sort()).toEqual([
      'test:{st-1}:history',
      'test:{st-1}:holders:eng/vol-1',
      'test:{st-1}:meta',
      'test:{st-1}:volumes',
    ]);
    expect(await redis.hgetall('test:{st-1}:meta')).toEqual({
      epoch: '1',
      revision: '4',
      verified_epoch: '1',
      verified_run: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect(cli('HGETALL', 'test:{st-1}:holders:eng/vol-1')).toEqual([
      'framework-1/t1/launch-of-t1',
      `{"framework":"framework-1","task":"t1","launch":"launch-of-t1","agent":"agent-1","mode":"RW","state":"running","since_ms":${nowMs}}`,
    ]);
    const [name, volume] = cli('HGETALL', 'test:{st-1}:volumes');
    expect(name).toBe(V);
    expect(volume).toMatch(
      new RegExp(
        `^{"state":"ready","generation":1,"created_ms":${nowMs},"creator":{"principal":"ops","framework":"framework-1"},"shared":true,"size_mb":40,"agent":"agent-1","resource":{.*}}$`,
      ),
    );
    expect(JSON.parse(volume ?? '')).toMatchObject({ resource: { name: 'disk', reservations: [{ role: 'eng' }] } });
    expect(cli('XRANGE', 'test:{st-1}:history', '3', '3')).toEqual([
      '3-0',
      ...['change', 'volume_acquired', 'volume', V, 'generation', '1', 'at_ms', nowMs, 'epoch', '1', 'holder'],
      `{"framework":"framework-1","task":"t1","launch":"launch-of-t1","agent":"agent-1","mode":"RW","state":"pending","since_ms":${nowMs}}`,
      ...['trace', '0af7651916cd43dd8448eb211c80319c'],
    ]);
  });

  it('keeps with a volume the destroy that waits for its last holder, and while it is destroyed because of that', async () => {
    const requester = { principal: 'ops', frameworkId: 'framework-1', operationId: 'operation-1' };
    await story.done(create(V), acquire(T1, V), drain(V, { requester, deadlineAtMs: 1_800_000_000_000, onDeadline: 'kill' }));
    const sinceMs = String(story.nowMs);
    const written = (state: string, isMade: boolean) =>
      new RegExp(
        `^{"state":"${state}","generation":1,"drain":{"made":${isMade},"since_ms":${sinceMs},"admits_readers":false,"deadline_at_ms":1800000000000,"on_deadline":"kill",` +
          `"requester":{"principal":"ops","framework":"framework-1","operation":"operation-1"}},"created_ms":${sinceMs},"creator":{.*},"shared":true,.*}$`,
      );
    expect(await redis.hget('test:{st-1}:volumes', V)).toMatch(written('draining', false));
    expect(cli('XRANGE', 'test:{st-1}:history', '3', '3').slice(1)).toEqual([
      ...['change', 'volume_draining', 'volume', V, 'generation', '1', 'at_ms', sinceMs, 'epoch', '1', 'cause'],
      'no new holders, at 2027-01-15T08:00:00.000Z the tasks that hold it are killed',
      ...['by', 'ops'],
    ]);
    await story.done(confirm(V));
    expect(await redis.hget('test:{st-1}:volumes', V)).toMatch(written('draining', true));
    await story.done(release(T1, V));
    expect(await redis.hget('test:{st-1}:volumes', V)).toMatch(written('destroying', true));
    await story.done(gone(V));
    expect(await redis.hget('test:{st-1}:volumes', V)).toMatch(/^{"state":"gone","generation":1,"created_ms":/);
  });

  it('releases one of many holders without reading the others, and counts them only where a destroy waits', async () => {
    const tasks = Array.from({ length: 1000 }, (_, at) => holderRef(`t${at}`));
    await story.done(create(V), ...tasks.map((task) => acquire(task, V)));
    const commandsOf = async (task: string) => {
      await redis.config('RESETSTAT');
      await story.done(release(holderRef(task), V));
      const stats = await redis.info('commandstats');
      return [...stats.matchAll(/^cmdstat_(h\w+):calls=(\d+)/gm)].map(([, name, calls]) => `${name} ${calls}`).sort();
    };
    expect(await commandsOf('t0')).toEqual(['hdel 1', 'hget 2', 'hmget 1', 'hset 1']);
    await story.done(drain(V));
    expect(await commandsOf('t1')).toEqual(['hdel 1', 'hget 2', 'hlen 1', 'hmget 1', 'hset 1']);
  });

  it('keeps no key for a volume that nobody holds, and a tombstone for one that is gone', async () => {
    await story.done(create(V), acquire(T1, V), release(T1, V), destroy(V), gone(V));
    expect(await redis.exists('test:{st-1}:holders:eng/vol-1')).toBe(0);
    expect(await redis.hget('test:{st-1}:volumes', V)).toMatch(/^{"state":"gone","generation":1,/);
  });

  it('trims the history to about the length that is set, and reads what is left', async () => {
    await story.done(create(V), confirm(V));
    for (let round = 0; round < 10; round += 1) {
      await story.done(...Array.from({ length: 50 }, (_, at) => acquire(holderRef(`t${round}-${at}`), V)));
    }
    expect(await redis.xlen('test:{st-1}:history')).toBeLessThan(250);
    const history = await story.history();
    expect(history.at(-1)?.revision).toBe(502);
    expect(history[0]?.revision).toBe(503 - history.length);
  });

  it('writes numbers out in full: epochs and revisions beyond what Lua prints', async () => {
    const epoch = 1_234_567_890_123_456;
    const seenRevision = 8_765_432_109_876_543;
    const { revision } = await story.transact([create(V)], { epoch, seenRevision });
    expect(revision).toBe(seenRevision + 1);
    expect(await redis.hgetall('test:{st-1}:meta')).toEqual({ epoch: String(epoch), revision: String(seenRevision + 1) });
    expect((await story.transact([], { epoch: epoch - 1 })).refusal?.details).toEqual({ epoch: epoch - 1, highest: epoch });
    expect((await story.history()).map((entry) => entry.revision)).toEqual([seenRevision + 1]);
  });

  it('compares generations and keeps deadlines beyond what Lua prints', async () => {
    await story.done(create(V), acquire(T1, V));
    for (const generation of [2 ** 31, 2 ** 53 - 1, 2 ** 60]) {
      expect((await story.ask(confirm(V, generation))).refusal?.code).toBe('volume_not_found');
      expect((await story.ask(gone(V, generation))).refusal?.code).toBe('volume_not_found');
    }
    const deadlineAtMs = 8_640_000_000_000_000 - 1;
    await story.done(drain(V, { deadlineAtMs }), confirm(V), drain(V, { deadlineAtMs }));
    expect((await story.volume(V))?.drain).toMatchObject({ deadlineAtMs, isMade: true });
  });

  it('holds more holders, volumes and changes in one call than Lua takes arguments', async () => {
    const many = 9000;
    await story.done(create(V), confirm(V));
    const tasks = Array.from({ length: many }, (_, at) => holderRef(`t${at}`));
    await story.done(...tasks.map((task) => acquire(task, V)));
    const { refusal } = await story.ask(destroy(V));
    expect(refusal).toMatchObject({ code: 'volume_in_use' });
    expect(refusal?.details).toHaveProperty('holders.length', many);
    const { differences } = await story.report({ has: [V] });
    expect(differences).toHaveLength(many);
    expect(await story.holders(V)).toEqual([]);
    const names = Array.from({ length: many }, (_, at) => `eng/many-${at}`);
    await story.report({ has: [V, ...names] });
    await story.report();
    expect((await ledger.store.readVolumes({ storeIds: ['st-1'] })).filter(({ state }) => state === 'gone')).toHaveLength(many + 1);
  });

  it('keeps of a store where nothing has changed only the fence', async () => {
    await redis.flushdb();
    await new LedgerStory(ledger.store, 'st-2').transact([destroy(V), release(T1, V)]);
    expect(await redis.keys('*')).toEqual(['test:{st-2}:meta']);
  });
});

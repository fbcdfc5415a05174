import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from '@holdfast/testing/eventually';
import { runScript } from '@holdfast/testing/processes';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import type { Logger } from '../process';
import { type JobInfo, type JobQueue, type JobWorker, openQueue, openWorker } from '.';

interface Asked {
  readonly reason: string;
}

/** A promise that somebody else keeps. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = () => undefined as void;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

describe('jobs', () => {
  let redis: TestRedis;
  const closing: { close(): Promise<void> }[] = [];
  const warnings: string[] = [];
  const silent = () => undefined;
  const warn = (_fields: object | string, message = '') => void warnings.push(message);
  const log: Logger = { debug: silent, info: silent, warn, error: silent, fatal: silent, child: () => log };

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  afterEach(async () => {
    for (const part of closing.splice(0).reverse()) await part.close();
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
    warnings.length = 0;
  });

  /** Redis is there, however long it takes, unless a test sees to it that it is not. */
  function queue(shard?: string, timeoutMs = 30_000): JobQueue<Asked> {
    const opened = openQueue<Asked>({ url: redis.url, name: 'offer-cycles', log, timeoutMs, ...(shard && { shard }) });
    closing.push(opened);
    return opened;
  }

  function worker(handle: (asked: Asked, job: JobInfo) => Promise<void> | void, shard?: string): JobWorker {
    const opened = openWorker<Asked>({ url: redis.url, name: 'offer-cycles', log, handle, ...(shard && { shard }) });
    closing.push(opened);
    return opened;
  }

  /** Collects what jobs were asked, and resolves as each comes. */
  function recorder() {
    const reasons: string[] = [];
    let wake = gate();
    return {
      reasons,
      record: (asked: Asked) => {
        reasons.push(asked.reason);
        wake.open();
      },
      async until(count: number) {
        while (reasons.length < count) {
          wake = gate();
          await wake.passed;
        }
      },
    };
  }

  it('does what is asked, and knows of the job', async () => {
    const offers = queue();
    const done = new Promise<JobInfo>((resolve) => worker((_asked, job) => resolve(job)));
    const beforeMs = Date.now();
    expect(await offers.trigger('shard-0', { reason: 'revive' })).toBe('queued');
    const job = await done;
    expect(job).toMatchObject({ subject: 'shard-0', attempt: 1 });
    expect(job.queuedAtMs).toBeGreaterThanOrEqual(beforeMs);
  });

  it('joins triggers while a job of the subject waits, and keeps subjects apart', async () => {
    const offers = queue();
    for (const reason of ['a', 'b', 'c']) await offers.trigger('shard-0', { reason });
    await offers.trigger('shard-1', { reason: 'other' });
    const seen = recorder();
    worker(seen.record);
    await seen.until(2);
    await offers.trigger('last', { reason: 'last' });
    await seen.until(3);
    expect(seen.reasons).toEqual(['a', 'other', 'last']);
  });

  it('queues exactly one more for triggers while a job runs, with the newest payload', async () => {
    const offers = queue();
    const running = gate();
    const finish = gate();
    const seen = recorder();
    worker(async (asked) => {
      seen.record(asked);
      running.open();
      await finish.passed;
    });
    await offers.trigger('shard-0', { reason: 'first' });
    await running.passed;
    for (const reason of ['x', 'y', 'z']) await offers.trigger('shard-0', { reason });
    finish.open();
    await seen.until(2);
    await offers.trigger('last', { reason: 'last' });
    await seen.until(3);
    expect(seen.reasons).toEqual(['first', 'z', 'last']);
  });

  it('loses no trigger and holds jobs down when triggers rain from one process', async () => {
    const offers = queue();
    let asked = 0;
    let seenByJob = 0;
    let jobs = 0;
    const caughtUp = gate();
    worker(() => {
      jobs += 1;
      seenByJob = asked;
      if (seenByJob === 2000) caughtUp.open();
    });
    for (let i = 0; i < 2000; i++) {
      asked += 1;
      void offers.trigger('shard-0', { reason: String(i) });
      if (i % 20 === 0) await new Promise(setImmediate);
    }
    await caughtUp.passed;
    expect(seenByJob).toBe(2000);
    expect(jobs).toBeLessThan(500);
  });

  it('runs one job of a shard at a time, whichever worker takes it, and shards side by side', async () => {
    const zero = queue('0');
    const one = queue('1');
    const running = { '0': 0, '1': 0 };
    const most = { '0': 0, '1': 0 };
    const seen = recorder();
    const other = gate();
    const handle = (shard: '0' | '1') => async (asked: Asked) => {
      running[shard] += 1;
      most[shard] = Math.max(most[shard], running[shard]);
      if (asked.reason === 'waits for the other shard') await other.passed;
      if (shard === '1') other.open();
      await new Promise(setImmediate);
      running[shard] -= 1;
      seen.record(asked);
    };
    for (const part of [worker(handle('0'), '0'), worker(handle('0'), '0'), worker(handle('1'), '1')]) await part.ready;
    await zero.trigger('s', { reason: 'waits for the other shard' });
    for (let i = 0; i < 20; i++) await zero.trigger(`s${i}`, { reason: 'zero' });
    await one.trigger('s', { reason: 'one' });
    await seen.until(22);
    expect(most).toEqual({ '0': 1, '1': 1 });
  });

  it('drops a job that throws, and goes on', async () => {
    const offers = queue();
    const seen = recorder();
    worker((asked) => {
      seen.record(asked);
      if (asked.reason === 'bad') throw new TypeError('no such thing');
    });
    await offers.trigger('shard-0', { reason: 'bad' });
    await seen.until(1);
    await offers.trigger('shard-1', { reason: 'good' });
    await offers.trigger('shard-0', { reason: 'again' });
    await seen.until(3);
    expect([...seen.reasons].sort()).toEqual(['again', 'bad', 'good']);
  });

  it('leaves nothing of finished jobs in Redis', async () => {
    const offers = queue();
    const seen = recorder();
    const jobs = worker(seen.record);
    for (const reason of ['a', 'b', 'c']) await offers.trigger(reason, { reason });
    await seen.until(3);
    await jobs.close();
    const client = new Redis(redis.url);
    const keys = await client.keys('*offer-cycles:*');
    client.disconnect();
    expect(keys.filter((key) => /:(\d+|completed|failed|wait|active|de:.*)$/.test(key))).toEqual([]);
  });

  it('does not hang or throw while Redis is away, says so once, and works again when it is back', async () => {
    const offers = queue(undefined, 50);
    const seen = recorder();
    const jobs = worker(seen.record);
    await jobs.ready;
    await offers.trigger('shard-0', { reason: 'before' });
    await seen.until(1);
    await redis.kill();
    const complaints = () => warnings.filter((message) => message.includes('does not answer'));
    expect(await offers.trigger('shard-0', { reason: 'away' })).toBe('unavailable');
    expect(complaints().length).toBeGreaterThan(0);
    warnings.length = 0;
    for (let i = 0; i < 100; i++) expect(await offers.trigger('shard-0', { reason: `away ${i}` })).toBe('unavailable');
    expect(complaints()).toEqual([]);
    await redis.restart();
    await seen.until(2);
    await untilQueued(offers);
    await seen.until(3);
    expect(seen.reasons[1]).toMatch(/^away/);
  });

  it('does not hang while Redis is frozen', async () => {
    const offers = queue(undefined, 50);
    await untilQueued(offers);
    redis.pause();
    expect(await offers.trigger('shard-0', { reason: 'frozen' })).toBe('unavailable');
    redis.resume();
    await untilQueued(offers);
  });

  it('gives a job whose worker was killed to another within seconds, and what came meanwhile after it', async () => {
    const offers = queue();
    const script = runScript(join(__dirname, 'example-worker.ts'), { env: { HOLDFAST_REDIS_URL: redis.url } });
    closing.push({ close: () => script.kill() });
    await offers.trigger('shard-0', { reason: 'interrupted' });
    await script.waitForLine((line) => line.msg === 'working');
    await script.kill();
    await offers.trigger('shard-0', { reason: 'meanwhile' });
    const seen = recorder();
    worker(seen.record);
    await seen.until(2);
    expect(seen.reasons).toEqual(['interrupted', 'meanwhile']);
  });

  it('closes queue and worker although Redis was never there', async () => {
    const nowhere = { url: 'redis://127.0.0.1:1', name: 'offer-cycles', log };
    const offers = openQueue<Asked>({ ...nowhere, timeoutMs: 20 });
    const jobs = openWorker<Asked>({ ...nowhere, handle: silent });
    jobs.ready.catch(silent);
    expect(await offers.trigger('shard-0', { reason: '' })).toBe('unavailable');
    await offers.close();
    await jobs.close();
  });

  it('lets the running job finish when it closes', async () => {
    const offers = queue();
    const running = gate();
    const finish = gate();
    let finished = false;
    const jobs = worker(async () => {
      running.open();
      await finish.passed;
      finished = true;
    });
    await offers.trigger('shard-0', { reason: '' });
    await running.passed;
    const closed = jobs.close();
    finish.open();
    await closed;
    expect(finished).toBe(true);
  });

  /** Redis is there before everybody has noticed. */
  const untilQueued = (offers: JobQueue<Asked>) =>
    eventually(async () => (await offers.trigger('shard-0', { reason: 'back' })) === 'queued');
});

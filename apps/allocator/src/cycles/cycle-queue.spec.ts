import { connectRedis } from '@holdfast/platform/redis';
import { eventually } from '@holdfast/testing/eventually';
import { recordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { openCycleQueue, type CycleQueue, type CycleReason } from './cycle-queue';

let redis: TestRedis;
let queue: CycleQueue;
let runs: CycleReason[];
/** Called when a cycle has begun; the cycle lasts until what it answers resolves. */
let during: () => Promise<void>;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

beforeEach(() => {
  runs = [];
  during = async () => undefined;
  queue = openCycleQueue({
    url: redis.url,
    prefix: `{${expect.getState().currentTestName!.replaceAll(/\W/g, '-')}}`,
    log: recordedLog(),
    run: (job) => {
      runs.push(job.reason);
      return during();
    },
  });
});
afterEach(() => queue.close());

/** Resolves when the next cycle has begun; that cycle waits until `finish` is called. */
function nextCycle(): { begun: Promise<void>; finish: () => void } {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const begun = new Promise<void>((resolve) => {
    during = () => {
      resolve();
      return finished;
    };
  });
  return { begun, finish };
}

describe('the queue of offer cycles', () => {
  it('runs one cycle for all who ask while one waits (C-005)', async () => {
    const first = nextCycle();
    for (let at = 0; at < 50; at++) queue.ask('books_changed');
    await first.begun;
    const second = nextCycle();
    for (let at = 0; at < 50; at++) queue.ask(at % 2 ? 'books_changed' : 'period');
    first.finish();
    await second.begun;
    const third = nextCycle();
    second.finish();
    queue.ask('period');
    await third.begun;
    third.finish();
    expect(runs).toHaveLength(3);
  });

  it('runs another cycle after one that was running when it was asked', async () => {
    const first = nextCycle();
    queue.ask('books_changed');
    await first.begun;
    const second = nextCycle();
    queue.ask('books_changed');
    first.finish();
    await second.begun;
    second.finish();
    expect(runs).toEqual(['books_changed', 'books_changed']);
  });

  it('runs a cycle that is asked for in a new period, though Redis lost the one that waited', async () => {
    const first = nextCycle();
    queue.ask('books_changed');
    await first.begun;
    queue.ask('books_changed');
    const client = connectRedis({ url: redis.url, name: 'test', log: recordedLog(), whileAway: 'wait' });
    // BullMQ's mark of a job that follows the one that runs.
    await eventually(async () => (await client.keys('*')).some((key) => key.includes(':dn:')));
    await client.flushall();
    client.disconnect();
    const second = nextCycle();
    first.finish();
    queue.ask('period');
    await second.begun;
    second.finish();
    expect(runs).toEqual(['books_changed', 'period']);
  });

  it('says while Redis does not take what is asked', async () => {
    redis.pause();
    queue.ask('books_changed');
    await eventually(() => !queue.isAnswering);
    const cycle = nextCycle();
    redis.resume();
    await cycle.begun;
    cycle.finish();
    queue.ask('period');
    await eventually(() => queue.isAnswering);
  });
});

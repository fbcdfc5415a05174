import { Redis } from 'ioredis';
import { recordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { HistoryWatch, type HistoryWatcher } from './history-watch';
import { LedgerKeys } from './keys';

const keys = new LedgerKeys('test');

/** Remembers in which stores it heard of something new. */
class Listener implements HistoryWatcher {
  readonly woken: string[] = [];
  lost: string | undefined;
  private hear = () => {};

  wake(storeId: string): void {
    this.woken.push(storeId);
    this.hear();
  }

  lose(problem: string): void {
    this.lost = problem;
    this.hear();
  }

  async heard(): Promise<void> {
    if (this.woken.length === 0 && this.lost === undefined) await new Promise<void>((resolve) => (this.hear = resolve));
  }
}

describe('the watch of the history', () => {
  let server: TestRedis;
  let operator: Redis;
  let blocking: Redis;
  let watch: HistoryWatch;
  let news: number;

  beforeEach(async () => {
    server = await startRedis();
    operator = new Redis(server.url);
    blocking = new Redis(server.url, { retryStrategy: null, maxRetriesPerRequest: 0 }).on('error', () => undefined);
    await blocking.ping();
    news = 0;
    const unblock = (id: number) => operator.client('UNBLOCK', id);
    watch = new HistoryWatch({ redis: blocking, keys, unblock, onNews: () => (news += 1), log: recordedLog() });
  });
  afterEach(async () => {
    operator.disconnect();
    blocking.disconnect();
    await server.stop();
  });

  const enter = () => {
    const listener = new Listener();
    watch.enter(listener);
    return listener;
  };
  const write = (storeId: string, revision: number) => operator.xadd(keys.history(storeId), `${revision}-0`, 'change', 'x');

  it('wakes those who have joined for a store, and nobody else', async () => {
    const [a, b, other] = [enter(), enter(), enter()];
    watch.join(a, [['s', 0]]);
    watch.join(b, [['s', 0]]);
    watch.join(other, [['o', 0]]);
    await write('s', 1);
    await Promise.all([a.heard(), b.heard()]);
    expect([a.woken, b.woken, other.woken, news]).toEqual([['s'], ['s'], [], 1]);
  });

  it('wakes at once who has read less than others were told of', async () => {
    const first = enter();
    watch.join(first, [['s', 0]]);
    await write('s', 5);
    await first.heard();
    const [behind, level] = [enter(), enter()];
    watch.join(behind, [['s', 4]]);
    watch.join(level, [['s', 5]]);
    expect([behind.woken, level.woken]).toEqual([['s'], []]);
    await write('s', 6);
    await level.heard();
    expect([behind.woken, level.woken]).toEqual([['s', 's'], ['s']]);
  });

  it('goes on for those who stay, and begins anew for those who come back', async () => {
    const [stays, leaves] = [enter(), enter()];
    watch.join(stays, [['s', 0]]);
    watch.join(leaves, [
      ['s', 0],
      ['o', 0],
    ]);
    watch.leave(leaves);
    await write('o', 1);
    await write('s', 1);
    await stays.heard();
    expect([stays.woken, leaves.woken]).toEqual([['s'], []]);
    // Nobody had this store, so that nobody was told how far it went.
    const again = enter();
    watch.join(again, [['o', 0]]);
    await again.heard();
    expect(again.woken).toEqual(['o']);
  });

  it('tells everybody once that the connection is lost, and who comes later at once', async () => {
    const [waiting, idle] = [enter(), enter()];
    watch.join(waiting, [['s', 0]]);
    await server.kill();
    await Promise.all([waiting.heard(), idle.heard()]);
    const late = enter();
    expect([waiting.lost, idle.lost, late.lost]).toEqual(Array(3).fill(watch.ended));
    expect(watch.ended).toContain('lost');
  });
});

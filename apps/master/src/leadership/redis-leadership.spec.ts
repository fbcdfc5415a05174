import { connectRedis } from '@holdfast/platform/redis';
import { recordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { manualWorld } from '@holdfast/testing/world';
import { keysOf } from '../keys';
import { StaleLeader } from './leadership';
import { claimLeadership } from './redis-leadership';

describe('leadership', () => {
  let redis: TestRedis;
  let client: ReturnType<typeof connectRedis>;
  const { ids } = manualWorld();
  const claim = (prefix: string) => claimLeadership(client, prefix, ids);

  beforeAll(async () => {
    redis = await startRedis();
    client = connectRedis({ url: redis.url, name: 'test', log: recordedLog(), whileAway: 'wait' });
  }, 60_000);
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });

  it('is a higher epoch with each claim, under a name of its own (promise 5)', async () => {
    const [first, second] = [await claim('a'), await claim('a')];
    expect([first.epoch, second.epoch]).toEqual([1, 2]);
    expect(first.masterId).not.toBe(second.masterId);
    expect((await claim('b')).epoch).toBe(1);
  });

  it('rises above what an agent has seen, when Redis has lost its newest writes', async () => {
    const leader = await claim('c');
    await leader.raiseAbove(0);
    expect(leader.epoch).toBe(1);
    await leader.raiseAbove(7);
    expect(leader.epoch).toBe(8);
    expect((await claim('c')).epoch).toBe(9);
  });

  it('is lost to whoever has claimed a later epoch', async () => {
    const older = await claim('d');
    await claim('d');
    await expect(older.raiseAbove(2)).rejects.toBeInstanceOf(StaleLeader);
    expect(older.epoch).toBe(1);
    expect(await client.get(keysOf('d').epoch)).toBe('2');
  });
});

import { connectRedis } from '@holdfast/platform/redis';
import { recordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { RedisAgentStore, type AdmittedAgent } from './agent-store';

describe('the store of admitted agents', () => {
  let redis: TestRedis;
  let client: ReturnType<typeof connectRedis>;
  const log = recordedLog();

  beforeAll(async () => {
    redis = await startRedis();
    client = connectRedis({ url: redis.url, name: 'test', log, whileAway: 'wait' });
  }, 60_000);
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });

  it('brings each agent back as it was last saved (D-074, D-075)', async () => {
    const agents = new RedisAgentStore(client, 't');
    const admitted = (id: string, hostname: string): AdmittedAgent => ({
      id,
      storeId: `store-of-${id}`,
      info: { id, hostname, httpPort: 5051, attributes: [], domain: { region: 'north', zone: 'n-1' } },
    });
    const silent = { ...admitted('a-2', 'other'), unreachableSinceMs: 7 };
    await Promise.all([admitted('a-1', 'old'), admitted('a-1', 'new'), silent].map((agent) => agents.save(agent)));
    const loaded = [...(await agents.load())].sort((a, b) => a.id.localeCompare(b.id));
    expect(loaded).toEqual([admitted('a-1', 'new'), silent]);
    expect(await new RedisAgentStore(client, 'elsewhere').load()).toEqual([]);
  });
});

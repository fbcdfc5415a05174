import { connectRedis } from '@holdfast/platform/redis';
import { eventually } from '@holdfast/testing/eventually';
import { recordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { frameworkInfo } from '../builders.fixture';
import { REMOVED_FRAMEWORKS_KEPT } from './framework-book';
import { RedisFrameworkStore } from './framework-store';

describe('the store of frameworks', () => {
  let redis: TestRedis;
  let client: ReturnType<typeof connectRedis>;
  const log = recordedLog();
  let prefixes = 0;
  const store = (prefix = `t${++prefixes}`) => new RedisFrameworkStore(client, prefix, log);
  const info = (id: string, failoverTimeoutMs = 7_000) => ({ ...frameworkInfo({ id, failoverTimeoutMs, principal: 'ada' }), id });

  beforeAll(async () => {
    redis = await startRedis();
    client = connectRedis({ url: redis.url, name: 'test', log, whileAway: 'wait' });
  }, 60_000);
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });

  it('brings a framework back as it was last saved, capabilities, failover timeout and all (D-012)', async () => {
    const frameworks = store();
    frameworks.save({ info: info('f-1', 1) });
    frameworks.save({ info: info('f-1') });
    frameworks.save({ info: info('f-2'), disconnectedMs: 42 });
    const loaded = await frameworks.load();
    expect(loaded.removed).toEqual([]);
    expect(loaded.frameworks.sort((a, b) => a.info.id.localeCompare(b.info.id))).toEqual([
      { info: info('f-1') },
      { info: info('f-2'), disconnectedMs: 42 },
    ]);
  });

  it('remembers the ids of removed frameworks, the newest thousand of them, and their frameworks no more (D-005)', async () => {
    const frameworks = store();
    frameworks.save({ info: info('f-0') });
    for (let at = 0; at <= REMOVED_FRAMEWORKS_KEPT; at++) frameworks.remove(`f-${at}`, at);
    const loaded = await frameworks.load();
    expect(loaded.frameworks).toEqual([]);
    expect(loaded.removed).toHaveLength(REMOVED_FRAMEWORKS_KEPT);
    expect([loaded.removed.includes('f-0'), loaded.removed.at(-1)]).toEqual([false, `f-${REMOVED_FRAMEWORKS_KEPT}`]);
  });

  it('keeps clusters with another key prefix apart', async () => {
    store('one').save({ info: info('f-1') });
    expect(await store('two').load()).toEqual({ frameworks: [], removed: [] });
  });

  it('says so when a write is lost, and nobody waits for it', async () => {
    const broken = connectRedis({ url: redis.url, name: 'test', log, whileAway: 'wait' });
    broken.disconnect();
    new RedisFrameworkStore(broken, 'lost', log).save({ info: info('f-1') });
    await eventually(() => log.lines.some(({ message }) => message === 'save framework: not written to Redis'));
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', message: 'save framework: not written to Redis' }));
  });
});

import type { Redis } from 'ioredis';
import { eventually } from '@holdfast/testing/eventually';
import { recordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { connectRedis, type RedisConnection } from './connect-redis';

describe('a connection to Redis', () => {
  let server: TestRedis;
  const log = recordedLog();
  const opened: Redis[] = [];
  const open = (changed: Partial<RedisConnection> = {}): Redis => {
    const redis = connectRedis({ url: server.url, name: 'test', log: recordedLog(), ...changed });
    opened.push(redis);
    return redis;
  };
  /** `once` of node:events would fail at the first `error` event in between. */
  const event = (redis: Redis, name: string) => new Promise<void>((resolve) => redis.once(name, () => resolve()));
  const warnings = () => log.lines.filter(({ level }) => level === 'warn');

  beforeAll(async () => {
    server = await startRedis({ appendonly: true });
  });
  afterEach(() => opened.splice(0).forEach((redis) => redis.disconnect()));
  afterAll(() => server.stop());

  it('comes back by itself, and says once that it is away and once that it is back', async () => {
    const redis = open({ log });
    await event(redis, 'ready');
    expect(await redis.client('GETNAME')).toBe('test');
    await redis.set('kept', 'yes');

    await server.kill();
    // Several attempts fail before it is there again.
    for (let attempt = 0; attempt < 3; attempt += 1) await event(redis, 'reconnecting');
    expect(warnings()).toHaveLength(1);
    await expect(redis.get('kept')).rejects.toThrow();

    const back = event(redis, 'ready');
    await server.restart();
    await back;
    expect(await redis.get('kept')).toBe('yes');
    expect(warnings()).toHaveLength(1);
    expect(log.lines.filter(({ message }) => message === 'Redis is there')).toHaveLength(2);
  });

  it('fails at once what was sent and not answered, and never sends it again', async () => {
    const redis = open();
    await event(redis, 'ready');
    server.pause();
    const unanswered = redis.incr('counted');
    const back = event(redis, 'ready');
    await server.kill();
    await expect(unanswered).rejects.toThrow();
    await server.restart();
    await back;
    expect(await redis.get('counted')).toBeNull();
  });

  it('gives up a server that owes an answer and stays silent', async () => {
    const redis = open({ silenceMs: 100 });
    await event(redis, 'ready');
    server.pause();
    const unanswered = redis.ping();
    await expect(unanswered).rejects.toThrow();
    server.resume();
    // Not every answer comes within so short a time.
    await eventually(async () => (await redis.ping().catch(() => undefined)) === 'PONG');
  });

  it('lets commands wait for Redis where that is wanted', async () => {
    const redis = open({ whileAway: 'wait' });
    await event(redis, 'ready');
    await server.kill();
    const waiting = redis.get('kept');
    await server.restart();
    expect(await waiting).toBe('yes');
  });

  it('shows no password in its log', async () => {
    const quiet = recordedLog();
    const redis = open({ url: server.url.replace('redis://', 'redis://default:secret@'), log: quiet });
    await server.kill();
    await event(redis, 'close');
    const back = event(redis, 'connect');
    await server.restart();
    await back;
    expect(JSON.stringify(quiet.lines)).not.toContain('secret');
  });
});

import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from '@holdfast/testing/eventually';
import { runScript } from '@holdfast/testing/processes';
import { startRedis, type TestRedis } from './start-redis';

describe('a Redis server of a test', () => {
  const servers: TestRedis[] = [];
  const start = async (...options: Parameters<typeof startRedis>) => {
    const server = await startRedis(...options);
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  async function ask<T>(server: TestRedis, question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(server.url, { retryStrategy: null });
    try {
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }

  it('runs beside others, each on its own port', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await ask(one, (redis) => redis.set('who', 'one'));
    expect(await ask(two, (redis) => redis.get('who'))).toBeNull();
  });

  it.each([
    [true, 'kept'],
    [false, null],
  ])('with appendonly %p finds %p after a crash, on the same port', async (appendonly, expected) => {
    const server = await start({ appendonly });
    await ask(server, (redis) => redis.set('key', 'kept'));
    const { url, pid } = server;
    await server.kill();
    await server.restart();
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
    expect(await ask(server, (redis) => redis.get('key'))).toBe(expected);
  });

  it('answers nothing while it is paused, and then all', async () => {
    const server = await start();
    const redis = new Redis(server.url);
    await redis.ping();
    server.pause();
    const state = () => readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]?.[0];
    await eventually(() => state() === 'T');
    const answer = redis.incr('n');
    let isAnswered = false;
    void answer.finally(() => (isAnswered = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isAnswered).toBe(false);
    server.resume();
    expect(await answer).toBe(1);
    redis.disconnect();
  });

  it('ends with the process that started it, even if that is killed', async () => {
    const child = runScript(join(__dirname, 'example-forgetful.ts'));
    const { pid, dir } = (await child.waitForLine(() => true)) as unknown as { pid: number; dir: string };
    expect(existsSync(dir)).toBe(true);
    await child.kill();
    await eventually(() => !existsSync(dir));
    await eventually(() => isOver(pid));
  });

  /** Whoever must collect the dead may take his time; a dead process has no working directory. */
  function isOver(pid: number): boolean {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === '';
    } catch {
      return true;
    }
  }

  it('leaves nothing behind when it is stopped', async () => {
    const server = await start();
    const [, dir] = await ask(server, (redis) => redis.config('GET', 'dir') as Promise<string[]>);
    expect(existsSync(dir ?? '')).toBe(true);
    await server.stop();
    expect(existsSync(dir ?? '')).toBe(false);
    expect(() => process.kill(server.pid, 0)).toThrow();
  });
});

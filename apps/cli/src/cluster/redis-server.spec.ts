import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { freePort } from '@holdfast/testing/redis';
import { findRedisServer, redisSpec } from './redis-server';

const WRITES = "redis.call('RPUSH', 'history', ARGV[1]); redis.call('SET', 'revision', ARGV[1])";

describe('the private Redis of a cluster', () => {
  let dir: string;
  let port: number;
  let server: ChildProcess | undefined;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
  });
  afterEach(async () => {
    await kill();
    await rm(dir, { recursive: true, force: true });
  });

  async function start(attemptsLeft = 5): Promise<void> {
    port = await freePort();
    const { command, args, env, isServingLine } = redisSpec({
      program: findRedisServer(process.env['PATH'] ?? ''),
      port,
      dir,
      env: process.env,
    });
    const child = spawn(command, [...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    server = child;
    const serves = await new Promise<boolean>((resolve) => {
      child.once('exit', () => resolve(false));
      createInterface({ input: child.stdout }).on('line', (line) => isServingLine(line) && resolve(true));
    });
    if (serves) return;
    server = undefined;
    if (attemptsLeft === 0) throw new Error('the server does not start');
    // Somebody else may have taken the port in between.
    await start(attemptsLeft - 1);
  }
  async function kill(): Promise<void> {
    const child = server;
    server = undefined;
    if (!child) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  async function ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis({ port, host: '127.0.0.1' });
    try {
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }
  const write = (revision: number) => ask((redis) => redis.eval(WRITES, 0, revision));
  const history = () => ask((redis) => redis.lrange('history', 0, -1));

  it('forgets a transaction that a crash has torn for good: no part of it comes back with a later restart', async () => {
    await start();
    await write(1);
    await write(2);
    await kill();
    const file = join(dir, 'appendonlydir/appendonly.aof.1.incr.aof');
    // In the middle of the second write of the second script.
    await truncate(file, (await stat(file)).size - 20);
    await start();
    expect(await history()).toEqual(['1']);
    await write(3);
    await kill();
    await start();
    expect(await history()).toEqual(['1', '3']);
  });
});

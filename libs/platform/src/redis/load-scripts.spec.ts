import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { loadScripts } from './load-scripts';
import { RedisFault } from './redis-fault';

describe('Lua scripts with headers', () => {
  const folders: string[] = [];
  let server: TestRedis;
  let redis: Redis;

  const folderWith = (files: Readonly<Record<string, string>>): string => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-scripts-'));
    folders.push(folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  };
  const call = (files: Readonly<Record<string, string>>, keys = {}, args = {}) =>
    loadScripts(folderWith({ ...files })).run(redis, 'main', { keys, args });

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
  beforeEach(() => redis.script('FLUSH'));

  it('get keys and arguments by name', async () => {
    const main = `--! keys: meta volumes\n--! args: epoch who\nredis.call('SET', key.meta, arg.who)\nreturn { key.volumes, arg.epoch, redis.call('GET', key.meta) }`;
    expect(await call({ 'main.lua': main }, { volumes: 'v', meta: 'm' }, { who: 'me', epoch: 7 })).toEqual(['v', '7', 'me']);
  });

  it('get the keys that remain as a list, also when there are none', async () => {
    const main = `--! keys: meta holders...\nreturn { key.meta, #key.holders, key.holders }`;
    expect(await call({ 'main.lua': main }, { meta: 'm', holders: ['a', 'b'] })).toEqual(['m', 2, ['a', 'b']]);
    expect(await call({ 'main.lua': main }, { meta: 'm', holders: [] })).toEqual(['m', 0, []]);
  });

  it('include other files once, those they include before them', async () => {
    const files = {
      'main.lua': '--! keys: seen\n--! include: first-one second\nreturn { first_one, second() }',
      'first-one.lua': `--! include: base\nreturn base.name .. '-first'`,
      'second.lua': `--! include: base\nbase.name = base.name .. '!'\nreturn function() return base.name end`,
      'base.lua': `return { name = key.seen }`,
    };
    expect(await call(files, { seen: 'k' })).toEqual(['k-first', 'k!']);
    expect(loadScripts(folderWith(files)).names).toEqual(['main']);
  });

  it.each([
    [{ 'main.lua': '--! keys:\n--! include: missing\n' }, 'missing.lua is not in'],
    [
      { 'main.lua': '--! keys:\n--! include: a\n', 'a.lua': '--! include: b\n', 'b.lua': '--! include: a\n' },
      'a.lua includes b.lua includes a.lua',
    ],
    [{ 'main.lua': '--! keys:\n--! include: other\n', 'other.lua': '--! keys: a\n' }, 'other.lua is a script of its own'],
  ])('are refused when they are loaded, not when they are called: %j', (files, problem) => {
    expect(() => loadScripts(folderWith(files as unknown as Record<string, string>))).toThrow(problem);
  });

  it('are called by their hash, and by their text only when the server has forgotten them', async () => {
    const scripts = loadScripts(folderWith({ 'main.lua': '--! keys: count\nreturn redis.call("INCR", key.count)' }));
    const calls = async (command: string) =>
      Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await redis.info('commandstats'))?.[1] ?? 0);
    await scripts.loadInto(redis);
    await redis.config('RESETSTAT');
    await scripts.run(redis, 'main', { keys: { count: 'n' }, args: {} });
    expect([await calls('evalsha'), await calls('eval')]).toEqual([1, 0]);
    await redis.script('FLUSH');
    const answers = await Promise.all([1, 2, 3].map(() => scripts.run(redis, 'main', { keys: { count: 'n' }, args: {} })));
    expect(answers).toEqual([2, 3, 4]);
    await scripts.run(redis, 'main', { keys: { count: 'n' }, args: {} });
    expect(await calls('eval')).toBe(3);
  });

  it('say in which file and line they failed', async () => {
    const files = {
      'main.lua': '--! keys:\n--! include: other\n\nreturn other()',
      'other.lua': `-- A comment.\n\nreturn function()\n  error('no good')\nend`,
    };
    await expect(call(files)).rejects.toThrow(RedisFault);
    await expect(call(files)).rejects.toThrow(/main\.lua: .*other\.lua:4: no good/);
    await expect(call({ 'main.lua': '--! keys:\n\nreturn nil .. 1' })).rejects.toThrow(/main\.lua:3/);
  });

  it('are not called with a name missing, or a list in place of one key', async () => {
    const files = { 'main.lua': '--! keys: meta\n--! args: epoch\nreturn 1' };
    await expect(call(files, { meta: 'm' })).rejects.toThrow('main.lua needs epoch');
    await expect(call(files, { meta: ['m'] }, { epoch: 1 })).rejects.toThrow('takes one meta');
    expect(() => loadScripts(folderWith(files)).run(redis, 'other', { keys: {}, args: {} })).toThrow('no script other.lua');
  });
});

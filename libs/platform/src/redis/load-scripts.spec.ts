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
  beforeEach(() => redis.function('FLUSH'));

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
      'base.lua': `return { name = 'k' }`,
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

  it('are loaded once, and again only when the server does not have them', async () => {
    const scripts = loadScripts(folderWith({ 'main.lua': '--! keys: count\nreturn redis.call("INCR", key.count)' }));
    const loads = async () => Number(/cmdstat_function\|load:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
    await scripts.loadInto(redis);
    await redis.config('RESETSTAT');
    await scripts.run(redis, 'main', { keys: { count: 'n' }, args: {} });
    expect(await loads()).toBe(0);
    await redis.function('FLUSH');
    const answers = await Promise.all([1, 2, 3].map(() => scripts.run(redis, 'main', { keys: { count: 'n' }, args: {} })));
    expect([...(answers as number[])].sort()).toEqual([2, 3, 4]);
    await scripts.run(redis, 'main', { keys: { count: 'n' }, args: {} });
    expect(await loads()).toBe(3);
  });

  it('run what they include once, and see the keys and arguments of their own call', async () => {
    const files = {
      'main.lua': '--! keys: who\n--! args: what\n--! include: teller\nreturn teller()',
      'teller.lua': `local loads = 0\nloads = loads + 1\nreturn function() return { key.who, arg.what, loads } end`,
    };
    expect(await call(files, { who: 'a' }, { what: 1 })).toEqual(['a', '1', 1]);
    expect(await call(files, { who: 'b' }, { what: 2 })).toEqual(['b', '2', 1]);
  });

  it('get the arguments that remain one after the other', async () => {
    const main = `--! keys:\n--! args: first words...\nreturn { arg.first, arg.words(), arg.words(), tostring(arg.words()) }`;
    expect(await call({ 'main.lua': main }, {}, { first: 1, words: ['a', 'b'] })).toEqual(['1', 'a', 'b', 'nil']);
    expect(await call({ 'main.lua': main }, {}, { first: 1, words: [] })).toEqual(['1']);
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

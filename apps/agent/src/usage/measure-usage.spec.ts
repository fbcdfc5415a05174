import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realWorld } from '@holdfast/platform/world';
import { manualWorld } from '@holdfast/testing/world';
import { eventually } from '../agent.fixture';
import { mountSmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import { isAlive, markOf } from '../processes';
import { measureUsage } from './measure-usage';
import { measuringProblem } from './measuring-problem';

const directory = useTempDirectory();
const measure = (paths: readonly string[]) => measureUsage(paths, { timers: realWorld(), timeoutMs: 60_000 }).result;

function made(name: string, kb: number): string {
  const path = join(directory(), name);
  mkdirSync(path);
  writeFileSync(join(path, 'file'), Buffer.alloc(kb << 10, 'x'));
  return path;
}
const kbOf = (bytes: number | undefined) => Math.floor((bytes ?? NaN) / 1024);

it('tells what directories take on the disk, whatever their names are', async () => {
  const paths = [made('plain', 100), made('with a\ttab\nand a line', 200), made('-x', 300), made('ö', 400)];
  const { bytes, problem } = await measure(paths);
  expect(problem).toBeUndefined();
  for (const [at, path] of paths.entries()) {
    expect(kbOf(bytes.get(path))).toBeGreaterThanOrEqual(100 * (at + 1));
    expect(kbOf(bytes.get(path))).toBeLessThan(100 * (at + 1) + 20);
  }
});

it('leaves out what is missing, tells why, and measures the rest', async () => {
  const there = made('there', 10);
  const { bytes, problem, stuckAt } = await measure([join(directory(), 'missing'), there]);
  expect([...bytes.keys()]).toEqual([there]);
  expect(problem).toContain('missing');
  expect(stuckAt).toBeUndefined();
});

it('counts neither what links lead to, nor what is mounted in there, nor holes, and a file with two names once', async () => {
  const path = made('path', 100);
  const large = made('large', 2000);
  symlinkSync(large, join(path, 'link'));
  execFileSync('sh', ['-c', 'truncate -s 1G hole; ln file again; mkdir mounted'], { cwd: path });
  const disk = mountSmallDisk(join(path, 'mounted'), 4096);
  try {
    writeFileSync(join(path, 'mounted/file'), Buffer.alloc(1 << 20, 'x'));
    const { bytes } = await measure([path]);
    expect(kbOf(bytes.get(path))).toBeGreaterThanOrEqual(100);
    expect(kbOf(bytes.get(path))).toBeLessThan(140);
  } finally {
    disk.unmount();
  }
});

it('does not follow a link in the place of a directory', async () => {
  const large = made('large', 2000);
  symlinkSync(large, join(directory(), 'link'));
  const { bytes } = await measure([join(directory(), 'link')]);
  expect(kbOf(bytes.get(join(directory(), 'link')))).toBeLessThan(20);
});

it('gives up after its time, says where it is stuck, and leaves no process', async () => {
  const world = manualWorld();
  const path = made('path', 10);
  const program = join(directory(), 'slow-du');
  writeFileSync(program, `#!/bin/sh\necho $$ > '${directory()}/pid'\nexec sleep 600\n`);
  chmodSync(program, 0o755);
  const measuring = measureUsage([path], { timers: world, timeoutMs: 1000, program });
  const pid = () => Number(readFileSync(join(directory(), 'pid'), 'utf8'));
  // It says nothing of itself.
  await eventually(() => {
    try {
      return pid() > 0;
    } catch {
      return false;
    }
  });
  const mark = markOf(pid());
  world.advance(1000);
  expect(await measuring.result).toEqual({ bytes: new Map(), problem: `not done after 1000 ms, at ${path}`, stuckAt: path });
  await measuring.over;
  expect(mark && isAlive(mark)).toBe(false);
});

it('says so where there is no du', async () => {
  const deps = { timers: realWorld(), timeoutMs: 60_000, program: '/no/such/du' };
  const { bytes, problem } = await measureUsage([directory()], deps).result;
  expect([bytes.size, problem]).toEqual([0, expect.stringContaining('/no/such/du')]);
});

it('lets other work of the machine come first', async () => {
  const program = join(directory(), 'nice-du');
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\t%s\\000' "$(nice)" here\n`);
  chmodSync(program, 0o755);
  const { bytes } = await measureUsage([directory()], { timers: realWorld(), timeoutMs: 60_000, program }).result;
  expect(bytes.get('here')).toBe(19);
});

it('is tried on a machine by doing it', async () => {
  expect(await measuringProblem(directory(), realWorld())).toBeUndefined();
  expect(await measuringProblem(join(directory(), 'none'), realWorld())).toContain('none');
});

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useTempDirectory } from '../../files/temp-directory.fixture';
import { CgroupFault } from './cgroup-files';
import { CgroupsV2, weightOf } from './cgroups-v2';
import { openCgroups } from './open-cgroups';

const directory = useTempDirectory();
const LIMITS = { cpuMilli: 2500, cpuAtMostMilli: 1500, memoryBytes: 1 << 30, processes: 77 };

const V2_FILES = ['cpu.weight', 'cpu.max', 'memory.max', 'memory.swap.max', 'memory.oom.group', 'pids.max', 'cgroup.procs'];

/** A directory with the files that a kernel puts into a group; it makes them as soon as the group is there. */
async function group(path: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
}
const text = (...path: string[]) => readFile(join(directory(), ...path), 'utf8');

/** As version 2 would have it; the kernel of this machine has its controllers elsewhere. */
async function unified(controllers = 'cpuset cpu io memory pids'): Promise<string> {
  const mount = directory();
  await group(mount, { 'cgroup.controllers': controllers, 'cgroup.subtree_control': 'memory' });
  await group(join(mount, 'holdfast'), { 'cgroup.subtree_control': '' });
  await group(join(mount, 'holdfast/store'), { 'cgroup.subtree_control': 'cpu memory pids' });
  return mount;
}

describe('control groups, version 2', () => {
  it('gives the controllers downwards where they are missing', async () => {
    new CgroupsV2(await unified(), 'holdfast/store');
    expect(await text('cgroup.subtree_control')).toBe('+cpu +pids');
    expect(await text('holdfast', 'cgroup.subtree_control')).toBe('+cpu +memory +pids');
    expect(await text('holdfast/store', 'cgroup.subtree_control')).toBe('cpu memory pids');
  });

  it('sets weight, bound, memory with no swap, and processes', async () => {
    const mount = await unified();
    const cgroups = new CgroupsV2(mount, 'holdfast/store');
    const path = join(mount, 'holdfast/store/launch');
    await group(path, Object.fromEntries(V2_FILES.map((file) => [file, ''])));
    const { joins } = cgroups.create('launch', LIMITS);
    expect(await Promise.all(V2_FILES.map((file) => text('holdfast/store/launch', file)))).toEqual([
      String(weightOf(2500)),
      '150000 100000',
      String(1 << 30),
      '0',
      '1',
      '77',
      '',
    ]);
    expect(joins).toEqual([join(path, 'cgroup.procs')]);
    expect(cgroups.launchIds()).toEqual(['launch']);
  });

  it('says which file of which group cannot be set', async () => {
    const cgroups = new CgroupsV2(await unified(), 'holdfast/store');
    expect(() => cgroups.create('launch', LIMITS)).toThrow(CgroupFault);
    expect(() => cgroups.create('launch', LIMITS)).toThrow(/holdfast\/store\/launch\/cpu\.weight does not take \d+: /);
  });

  it('reads what was used, and whether memory ran out', async () => {
    const mount = await unified();
    const path = join(mount, 'holdfast/store/launch');
    await group(path, {
      'cpu.stat': 'usage_usec 30000\nuser_usec 20000\nsystem_usec 10000\nnr_periods 7\nnr_throttled 3\nthrottled_usec 5\n',
      'memory.current': '4096\n',
      'memory.stat': 'anon 1024\nfile 3072\n',
      'memory.max': '8192\n',
      'memory.peak': '8000\n',
      'memory.events': 'low 0\nhigh 0\nmax 4\noom 1\noom_kill 0\n',
      'pids.current': '3\n',
      'cgroup.procs': '0\n12\n13\n',
    });
    const launch = new CgroupsV2(mount, 'holdfast/store').find('launch')!;
    expect(launch.usage()).toEqual({
      cpuUserMs: 20,
      cpuSystemMs: 10,
      cpuPeriods: 7,
      cpuThrottledPeriods: 3,
      memoryBytes: 4096,
      memoryRssBytes: 1024,
      processes: 3,
    });
    expect(launch.members()).toEqual([12, 13]);
    expect(launch.limitReached()).toBeUndefined();
    await writeFile(join(path, 'memory.events'), 'oom 1\noom_kill 2\n');
    expect(launch.limitReached()).toEqual({ limit: 'memory', usedBytes: 8000, limitBytes: 8192 });
    // Before 5.19.
    await rm(join(path, 'memory.peak'));
    expect(launch.limitReached()).toEqual({ limit: 'memory', usedBytes: 8192, limitBytes: 8192 });
  });

  it('removes a group that is empty, and its own directories when it leaves', async () => {
    const mount = await unified();
    const cgroups = new CgroupsV2(mount, 'holdfast/store');
    const path = join(mount, 'holdfast/store/launch');
    await mkdir(join(path, 'inner'), { recursive: true });
    const launch = cgroups.find('launch')!;
    expect(launch.remove()).toBe(false);
    await rm(join(path, 'inner'), { recursive: true });
    expect([launch.remove(), launch.remove(), existsSync(path)]).toEqual([true, true, false]);
    expect([launch.usage(), launch.members(), cgroups.find('launch'), cgroups.launchIds()]).toEqual([undefined, [], undefined, []]);
    for (const name of ['holdfast/store', 'holdfast']) await rm(join(mount, name, 'cgroup.subtree_control'));
    cgroups.leave();
    expect(await readdir(mount)).not.toContain('holdfast');
    expect(existsSync(mount)).toBe(true);
  });

  it('weighs as container runtimes do', () => {
    expect([10, 100, 1000, 2000, 1_000_000].map(weightOf)).toEqual([1, 4, 39, 79, 10_000]);
  });
});

describe('choosing the version', () => {
  it('takes version 2 where it has all controllers', async () => {
    const mount = await unified();
    // A directory that is no control group has no files: the trial finds that out, with version 2.
    expect(openCgroups(mount, 'holdfast/store', 'trial')).toMatch(/trial\/cpu\.weight does not take/);
  });

  it('says which controllers are nowhere', async () => {
    const mount = await unified('io');
    await mkdir(join(mount, 'cpu'));
    expect(openCgroups(mount, 'holdfast', 'trial')).toBe(
      `there are no control groups with the controllers cpuacct, memory, pids below ${mount}`,
    );
  });

  it('takes version 1 where each controller has its hierarchy', async () => {
    for (const controller of ['cpu', 'cpuacct', 'memory', 'pids']) await mkdir(join(directory(), controller));
    expect(openCgroups(directory(), 'holdfast', 'trial')).toMatch(/cpu\/holdfast\/trial\/cpu\.shares does not take 1024/);
  });
});

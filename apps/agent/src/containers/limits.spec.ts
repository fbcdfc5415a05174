import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAlive, markOf } from '../processes';
import { CgroupFault } from './cgroups';
import { eventually, useCgroups, useContainers } from './container-bed.fixture';
import type { ContainerLimits, Isolation } from './container-spec';

jest.setTimeout(60_000);
const bed = useContainers();
const cgroups = useCgroups(bed);

const LIMITS: ContainerLimits = { cpuMilli: 1000, memoryBytes: 64 << 20, processes: 100 };
const directoryOf = (joins: readonly string[], file: string): string => {
  const found = joins.map((path) => dirname(path)).find((directory) => existsSync(join(directory, file)));
  if (found === undefined) throw new Error(`no ${file}`);
  return join(found, file);
};
/** Looks for the end of a line that has none, and keeps all of it. */
const EATER = 'exec tail /dev/zero';

describe.each<Isolation>(['namespaces', 'plain'])('a container with limits (%s)', (isolation) => {
  const base = { isolation, limits: LIMITS };

  it('is stopped when it takes more memory than it may, and that is what is reported (CONTAINER_LIMITATION_MEMORY)', async () => {
    const { end, logPath } = await bed.run({ ...base, command: { line: EATER } });
    expect(end).toMatchObject({ kind: 'limited', limit: 'memory', limitBytes: 64 << 20 });
    expect((end as { usedBytes: number }).usedBytes).toBeGreaterThan(32 << 20);
    // For the next agent, should this one have no time to tell anybody.
    expect(await readFile(logPath, 'utf8')).toMatch(/\nholdfast: limited memory \d+ 67108864\n$/);
  });

  it('may lose a child to the limit and still end well', async () => {
    const { end } = await bed.run({ ...base, command: { line: `(${EATER}); exit 0` } });
    expect(end).toEqual({ kind: 'exited', code: 0 });
  });

  it('is kept to its bound of the processors, by the counts of the kernel', async () => {
    const { container } = await bed.launch({
      isolation,
      limits: { ...LIMITS, cpuAtMostMilli: 100 },
      command: { line: 'while :; do :; done' },
    });
    await eventually(async () => ((await container.usage())?.cpuThrottledPeriods ?? 0) > 0);
    const usage = (await container.usage())!;
    expect(usage.cpuPeriods).toBeGreaterThanOrEqual(usage.cpuThrottledPeriods!);
    container.kill();
    await container.whenGone;
  });

  it('cannot have more processes than it may, however it forks, and goes with all of them', async () => {
    // The second shell multiplies; the first stays to be looked at.
    const bomb = 'b() { b | b & }; (b) 2>/dev/null; exec sleep 600';
    const { container } = await bed.launch({ isolation, limits: { ...LIMITS, processes: 40 }, command: { line: bomb } });
    const events = directoryOf(container.joins, 'pids.events');
    await eventually(() => Number(/max (\d+)/.exec(readFileSync(events, 'utf8'))?.[1]) > 0);
    expect((await container.usage())!.processes).toBeLessThanOrEqual(40);
    container.kill();
    await container.whenGone;
    expect(existsSync(events)).toBe(false);
  });

  it('is counted: processors, memory, processes (usage)', async () => {
    const { container, output } = await bed.launch({
      ...base,
      command: { line: 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done; sleep 600 & exec sleep 600' },
    });
    await eventually(async () => (await output().catch(() => '')).includes('done'));
    const usage = (await container.usage())!;
    expect(usage.cpuUserMs + usage.cpuSystemMs).toBeGreaterThan(0);
    expect(usage.memoryBytes).toBeGreaterThan(0);
    // The kernel sums it up every now and then.
    await eventually(async () => (await container.usage())!.memoryRssBytes > 0);
    // The shell that waits, and two that sleep.
    await eventually(async () => (await container.usage())!.processes === 3);
    container.kill();
    await container.whenGone;
    expect(await container.usage()).toBeUndefined();
  });

  it('has no control group any more when it is gone', async () => {
    const { container, spec } = await bed.run({ ...base, command: { line: 'cat /proc/self/cgroup' } });
    expect(container.joins.filter((path) => existsSync(path))).toEqual([]);
    expect(cgroups.get().launchIds()).not.toContain(spec.launchId);
  });

  it('is adopted with its limits and counts by the next agent (A-180)', async () => {
    const {
      spec,
      logPath,
      container: first,
    } = await bed.launch({ ...base, command: { line: `while [ ! -e go ]; do sleep 0.01; done; ${EATER}` } });
    await first.whenRunning;
    await bed.restart();
    bed.runtime.useCgroups(cgroups.get());
    const container = (await bed.runtime.adopt(spec.launchId, isolation, logPath))!;
    await eventually(async () => (await container.usage())!.processes > 1);
    // It is there for a reason.
    bed.runtime.removeLeftovers();
    expect(cgroups.get().launchIds()).toContain(spec.launchId);
    await writeFile(join(spec.sandbox, 'go'), '');
    expect(await container.whenGone).toMatchObject({ kind: 'limited' });
    expect(cgroups.get().launchIds()).not.toContain(spec.launchId);
  });

  it('tells an agent that comes after its control group is gone that it ran out of memory', async () => {
    const { spec, logPath } = await bed.run({ ...base, command: { line: EATER } });
    await bed.restart();
    const container = (await bed.runtime.adopt(spec.launchId, isolation, logPath))!;
    expect(await container.whenGone).toMatchObject({ kind: 'limited', limitBytes: 64 << 20 });
  });

  it('can get other limits while it runs', async () => {
    const { container } = await bed.launch({ ...base, command: { line: 'exec sleep 600' } });
    for (const memoryBytes of [256 << 20, 128 << 20]) {
      bed.runtime.setLimits(container, { ...LIMITS, memoryBytes, processes: 50 });
      const memory = container.joins.map((path) => dirname(path)).find((path) => existsSync(join(path, 'memory.stat')))!;
      const file = ['memory.limit_in_bytes', 'memory.max'].find((name) => existsSync(join(memory, name)))!;
      expect(readFileSync(join(memory, file), 'utf8')).toBe(`${memoryBytes}\n`);
    }
    expect(readFileSync(directoryOf(container.joins, 'pids.max'), 'utf8')).toBe('50\n');
    container.kill();
    await container.whenGone;
  });
});

it('finds a process of a plain container that has left its session and forgotten its environment (A-043)', async () => {
  const { container, output } = await bed.launch({
    isolation: 'plain',
    limits: LIMITS,
    command: { line: 'setsid env -i /bin/sh -c "echo $$ >pid; exec sleep 600" & wait' },
  });
  await eventually(async () => (await output('pid').catch(() => '')).endsWith('\n'));
  const left = container.joins.flatMap((path) => readFileSync(path, 'utf8').split('\n').filter(Boolean).map(Number));
  expect(left.length).toBeGreaterThan(1);
  const marks = [...new Set(left)].map((pid) => markOf(pid)!);
  container.kill();
  await container.whenGone;
  expect(marks.filter((mark) => isAlive(mark))).toEqual([]);
});

it('removes what a crashed agent has left of launches that are no more, but nothing with processes in it', async () => {
  cgroups.get().create('over', LIMITS);
  const other = cgroups.get().create('other', LIMITS);
  const { spec, container } = await bed.launch({ limits: LIMITS, command: { line: 'exec sleep 600' } });
  // As if nobody knew of it.
  await container.whenRunning;
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
  for (const path of other.joins) await writeFile(path, String(stranger.pid));
  bed.runtime.removeLeftovers();
  expect([...cgroups.get().launchIds()].sort()).toEqual([spec.launchId, 'other'].sort());
  expect(bed.log.lines.find(({ fields }) => fields['launchId'] === 'other')?.fields['pids']).toEqual([stranger.pid]);
  stranger.kill('SIGKILL');
  container.kill();
  await container.whenGone;
  await eventually(() => other.remove());
});

it('refuses a limit that the system does not take, by name, and leaves no group', async () => {
  const launch = bed.launch({ limits: { ...LIMITS, processes: -5 }, command: { line: 'true' } });
  await expect(launch).rejects.toThrow(/pids\.max does not take -5: /);
  expect(cgroups.get().launchIds()).toEqual([]);
  expect(() => cgroups.get().create('x', { ...LIMITS, processes: -5 })).toThrow(CgroupFault);
  cgroups.get().find('x')!.remove();
});

it('has nothing to count or to limit without control groups', async () => {
  bed.runtime.useCgroups(undefined);
  const { container, end } = await bed.run({ limits: LIMITS, command: { line: 'true' } });
  expect(end).toEqual({ kind: 'exited', code: 0 });
  expect([container.joins, await container.usage()]).toEqual([[], undefined]);
});

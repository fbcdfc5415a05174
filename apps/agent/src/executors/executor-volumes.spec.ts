import type { TaskVolume } from '@holdfast/core/tasks';
import { recordedLog } from '@holdfast/testing/log';
import { volumeResource } from '../disks/volumes.fixture';
import type { ExecutorTask } from './executor-task';
import type { MountedVolume } from './executor-record';
import { ExecutorVolumes, type ExecutorPlace } from './executor-volumes';

const volume = (name: string): TaskVolume =>
  ({ volume: `eng/${name}`, containerPath: name, mode: 'RW', resource: volumeResource(name, 1) }) as TaskVolume;
const task = (...names: readonly string[]) =>
  ({ ref: { taskId: names.join() }, volumes: names.map(volume), isOver: false, isHolding: true }) as unknown as ExecutorTask;
const running = { container: { hasRun: true, entrance: 1 }, sandbox: '/s' } as unknown as ExecutorPlace;

/** Each unmount takes as long as the test wants; what was said to be mounted, the newest last. */
function bed(...tasks: readonly ExecutorTask[]) {
  const told: (readonly string[])[] = [];
  const underWay = new Map<string, (problem?: string) => void>();
  const volumes = new ExecutorVolumes(
    {
      log: recordedLog(),
      access: { locate: (all) => all.map(({ containerPath }) => ({ containerPath })) as never },
      runtime: { unmount: (_, { containerPath }) => new Promise((resolve) => underWay.set(containerPath, resolve)) },
      onChange: (mounted: readonly MountedVolume[]) => told.push(mounted.map(({ containerPath }) => containerPath)),
    },
    undefined,
  );
  for (const one of tasks) volumes.join(one);
  return { volumes, told, underWay, fixed: () => volumes.fix(tasks).map(({ containerPath }) => containerPath) };
}

it('of two tasks that end together the last takes out what they share, although neither end is written down yet (A-154)', async () => {
  const [first, second] = [task('a', 'shared'), task('shared')];
  const { volumes, underWay, fixed } = bed(first, second);
  expect(fixed()).toEqual(['a', 'shared']);
  const ends = [volumes.free(first, [first, second], running), volumes.free(second, [first, second], running)];
  expect([...underWay.keys()]).toEqual(['a', 'shared']);
  for (const done of underWay.values()) done();
  expect(await Promise.all(ends)).toEqual([true, true]);
});

it('what is being unmounted is written down as mounted until that is done, for an agent that comes after a crash (A-180)', async () => {
  const only = task('a');
  const { volumes, told, underWay, fixed } = bed(only);
  fixed();
  const end = volumes.free(only, [only], running);
  expect(told.at(-1)).toEqual(['a']);
  // But no task may count on it.
  const late = task('a');
  volumes.join(late);
  expect(volumes.problemOf(late)).toMatch(/^volume eng\/a is not mounted/);
  underWay.get('a')?.('target is busy');
  expect(await end).toBe(false);
  expect(told.at(-1)).toEqual(['a']);
  const again = volumes.free(only, [only], running);
  underWay.get('a')?.();
  expect(await again).toBe(true);
  expect(told.at(-1)).toEqual([]);
});

it('while the container is being started nothing is free that it may be about to mount (A-154)', async () => {
  const [early, late, other] = [task('a'), task('b'), task('c')];
  const { volumes, underWay, fixed } = bed(early, late, other);
  // Nothing is being mounted yet; hence it never will be.
  expect(await volumes.free(early, [early, late, other], { container: undefined, sandbox: '/s' })).toBe(true);
  expect(fixed()).toEqual(['b', 'c']);
  expect(await volumes.free(late, [late, other], { container: undefined, sandbox: '/s' })).toBe(false);
  const settingUp = { container: { hasRun: false, entrance: 1 }, sandbox: '/s' } as unknown as ExecutorPlace;
  expect(await volumes.free(late, [late, other], settingUp)).toBe(false);
  expect(underWay.size).toBe(0);
  const end = volumes.free(late, [late, other], running);
  underWay.get('b')?.();
  expect(await end).toBe(true);
});

it('of a container that could not be looked into nothing counts as free (A-043)', async () => {
  const only = task('a');
  const { volumes, underWay, fixed } = bed(only);
  fixed();
  const ending = { container: { hasRun: true, entrance: undefined }, sandbox: '/s' } as unknown as ExecutorPlace;
  const end = volumes.free(only, [only], ending);
  underWay.get('a')?.();
  expect(await end).toBe(false);
});

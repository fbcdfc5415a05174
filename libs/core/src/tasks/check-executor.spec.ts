import { type Resource, Resources, scalar } from '@holdfast/core/resources';
import { executorProblem, executorShortage, type LaunchedBy } from './check-executor';
import type { ExecutorInfo } from './task';

const least: readonly Resource[] = [scalar('cpus', 0.01), scalar('mem', 32), scalar('disk', 1)];

const executor = (more: Partial<ExecutorInfo> = {}, resources = least): ExecutorInfo => ({
  executorId: 'pod',
  type: 'DEFAULT',
  resources: Resources.of(resources),
  labels: [],
  unsupportedFields: [],
  wire: Uint8Array.of(1, 2),
  ...more,
});

const volume = (shared: boolean): Resource => ({
  ...scalar('disk', 64),
  reservations: [{ type: 'dynamic', role: 'eng' }],
  disk: { persistence: { id: 'v' }, volume: { containerPath: 'v', mode: 'RW' } },
  shared,
});

const command = { shell: true, value: './executor', args: [], environment: [] };
const custom = (more: Partial<ExecutorInfo> = {}, resources = least): ExecutorInfo =>
  executor({ type: 'CUSTOM', command, ...more }, resources);

const problemOf = (info: ExecutorInfo, running?: ExecutorInfo, by: LaunchedBy = 'LAUNCH_GROUP'): string | undefined =>
  executorProblem(info, running, by);

describe('the executor of a task group', () => {
  it('passes with type DEFAULT and just enough for itself (D-037)', () => {
    expect(problemOf(executor())).toBeUndefined();
  });

  it('needs a type (D-037)', () => {
    const { type: _type, ...untyped } = executor();
    expect(problemOf(untyped)).toBe('Executor pod: its type is not set, which a task group needs; set it to DEFAULT or CUSTOM.');
  });

  it('may be brought by the framework, with a command that starts it; the one that is built in has none (D-037)', () => {
    expect(problemOf(custom())).toBeUndefined();
    expect(problemOf(executor({ type: 'CUSTOM' }))).toBe('Executor pod: its type is CUSTOM, and it has no command that starts it.');
    expect(problemOf(executor({ command }))).toBe('Executor pod: its type is DEFAULT, which is built in; leave its command out.');
    expect(problemOf(custom({ command: { ...command, value: '' } }))).toContain('its command has no value');
    expect(problemOf(custom({ command: { ...command, uris: [{ value: 'http://x/y', executable: true, extract: false }] } }))).toContain(
      "a URI of its command names 'http://x/y'",
    );
  });

  it('has no container of its own, docker or other (D-037)', () => {
    expect(problemOf(executor({ unsupportedFields: ['container'] }))).toContain('it sets container, which Holdfast does not carry out');
  });

  it.each([
    ['cpus', [scalar('cpus', 0.009), scalar('mem', 32), scalar('disk', 1)], '0.01 cpus'],
    ['mem', [scalar('cpus', 1), scalar('mem', 31.999), scalar('disk', 1)], '32 mem'],
    ['disk', [scalar('cpus', 1), scalar('mem', 32)], 'some disk'],
  ])('has enough %s for itself (D-037)', (_name, resources, words) => {
    expect(problemOf(executor({}, resources))).toContain(`it needs ${words === 'some disk' ? '' : 'at least '}${words}`);
  });

  it.each([true, false])('has no persistent volume, shared: %s (A-053, architecture 11.4)', (shared) => {
    expect(problemOf(executor({}, [...least, volume(shared)]))).toContain('its resources contain volume eng/v');
    const running = executor({}, [...least, volume(shared)]);
    expect(problemOf(running, running)).toContain('its resources contain volume eng/v');
  });

  it('has a valid id, resources of one role and kind, and no negative grace period (A-054, D-034, D-040)', () => {
    expect(problemOf(executor({ executorId: 'a/b' }))).toContain('its id');
    expect(problemOf(executor({ shutdownGraceMs: -1 }))).toContain('must not be negative');
    expect(problemOf(executor({}, []))).toContain('uses no resources');
    expect(problemOf(executor({}, [...least, { ...scalar('cpus', 1), revocable: true }]))).toContain('mixes revocable');
  });

  it('that runs already is the same to the byte; how large it is was asked when it came (D-035, D-036)', () => {
    const small = executor({}, [scalar('cpus', 0.001)]);
    expect(problemOf(small, small)).toBeUndefined();
    for (const wire of [Uint8Array.of(1, 3), Uint8Array.of(1), Uint8Array.of(1, 2, 3)])
      expect(problemOf(executor({ wire }), executor())).toContain('described differently');
  });
});

describe('the executor of a task by itself', () => {
  const inLaunch = (info: ExecutorInfo, running?: ExecutorInfo) => problemOf(info, running, 'LAUNCH');

  it('is one that the framework brings (D-033)', () => {
    expect(inLaunch(custom())).toBeUndefined();
    expect(inLaunch(executor())).toBe(
      'Executor pod: its type is DEFAULT, which runs task groups only; use LAUNCH_GROUP, or leave the executor out.',
    );
    expect(inLaunch(executor({ type: 'CUSTOM' }))).toContain('no command that starts it');
  });

  it('may use as little as it likes, which is only logged (D-038)', () => {
    expect(inLaunch(custom({}, []))).toBeUndefined();
    expect(inLaunch(custom({}, [scalar('cpus', 0.001)]))).toBeUndefined();
    expect(executorShortage(Resources.of([scalar('cpus', 0.001)]))).toBe('it needs at least 0.01 cpus for itself; it has 0.001.');
    expect(executorShortage(Resources.of(least))).toBeUndefined();
  });

  it('is judged like that of a group in all else (A-052, D-034, D-035, D-040)', () => {
    expect(inLaunch(custom({ executorId: 'a/b' }))).toContain('its id');
    expect(inLaunch(custom({ shutdownGraceMs: -1 }))).toContain('must not be negative');
    expect(inLaunch(custom({ unsupportedFields: ['container'] }))).toContain('it sets container');
    for (const shared of [true, false])
      expect(inLaunch(custom({}, [...least, volume(shared)]))).toContain('its resources contain volume eng/v');
    expect(inLaunch(custom({}, [...least, { ...scalar('cpus', 1), revocable: true }]))).toContain('mixes revocable');
    expect(inLaunch(custom(), custom())).toBeUndefined();
    expect(inLaunch(custom(), custom({ wire: Uint8Array.of(1) }))).toContain('described differently');
  });
});

import { type Resource, Resources, scalar } from '@holdfast/core/resources';
import type { ExecutorInfo, TaskInfo, TaskLimits } from '@holdfast/core/tasks';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import { EXECUTOR } from '../fake-master.fixture';
import { type LaunchSurroundings, refuseLaunch } from './plan-launch';

const task = (...resources: readonly Resource[]): TaskInfo => ({
  taskId: 't1',
  name: 't1',
  agentId: 'a1',
  resources: Resources.of([scalar('cpus', 1), ...resources]).allocate('eng'),
  command: { shell: true, value: 'true', args: [], environment: [] },
  labels: [],
  unsupportedFields: [],
  wire: new Uint8Array(),
});
const V1 = volumeResource('v1', 100);
const known = (more: Partial<LaunchSurroundings> = {}): LaunchSurroundings => ({
  checkpointed: Resources.of([V1, reservedDisk(50)]),
  destroying: new Set(),
  creationFailure: () => undefined,
  isolation: 'namespaces',
  isRoot: true,
  ...more,
});
const unknown = { state: 'TASK_DROPPED', source: 'SOURCE_AGENT', reason: 'REASON_RESOURCES_UNKNOWN' };

it('lets a task run that uses what the agent has, however many copies it holds and wherever it wants the volume (A-005)', () => {
  expect(refuseLaunch(task(), known())).toBeUndefined();
  expect(refuseLaunch(task(V1, V1, reservedDisk(50)), known())).toBeUndefined();
  expect(refuseLaunch(task(volumeResource('v1', 100, { path: 'deep/er', mode: 'RO' })), known())).toBeUndefined();
});

it('drops a task whose volume the agent does not have (A-076)', () => {
  for (const other of [volumeResource('v2', 100), volumeResource('v1', 99), { ...V1, shared: false }]) {
    expect(refuseLaunch(task(other), known())).toMatchObject(unknown);
  }
  expect(refuseLaunch(task(volumeResource('v2', 1)), known())?.message).toContain('volume eng/v2 is not on this agent');
});

it('drops a task whose volume is being destroyed', () => {
  const end = refuseLaunch(task(V1), known({ destroying: new Set(['eng/v1']) }));
  expect(end).toMatchObject(unknown);
  expect(end?.message).toContain('volume eng/v1 is being destroyed');
});

it('drops a task whose reservation the agent does not have (A-076)', () => {
  expect(refuseLaunch(task(reservedDisk(51)), known())).toMatchObject(unknown);
});

it('fails a task whose volume could not be created, with that sentence', () => {
  const creationFailure = (volume: string) => (volume === 'eng/v2' ? 'no space left' : undefined);
  expect(refuseLaunch(task(volumeResource('v2', 1)), known({ creationFailure }))).toEqual({
    state: 'TASK_FAILED',
    source: 'SOURCE_AGENT',
    reason: 'REASON_CONTAINER_LAUNCH_FAILED',
    message: 'The task could not be started: volume eng/v2 could not be created: no space left',
  });
});

it.each(['/data', '../data', 'a/../b', '', './a', 'stdout', 'stderr/x'])(
  'refuses the container path %j (A-152, architecture 11.4)',
  (path) => {
    const end = refuseLaunch(task(volumeResource('v1', 100, { path })), known());
    expect(end).toMatchObject({ state: 'TASK_ERROR', reason: 'REASON_TASK_INVALID' });
  },
);

it('refuses one volume inside another, but not beside it', () => {
  const V2 = (path: string) => volumeResource('v2', 10, { path });
  const both = known({ checkpointed: Resources.of([V1, V2('')]) });
  for (const path of ['data', 'data/', 'data/inner', 'data//inner']) {
    expect(refuseLaunch(task(V1, V2(path)), both)?.message).toContain(`container path ${path} of volume eng/v2 and data overlap`);
  }
  for (const path of ['data2', 'stdout2', 'deep/data']) expect(refuseLaunch(task(V1, V2(path)), both)).toBeUndefined();
});

it('refuses a read-only volume where nothing could enforce it, rather than hand it over for writing (A-153)', () => {
  const readOnly = task(volumeResource('v1', 100, { mode: 'RO' }));
  expect(refuseLaunch(readOnly, known())).toBeUndefined();
  expect(refuseLaunch(task(V1), known({ isolation: 'plain' }))).toBeUndefined();
  expect(refuseLaunch(readOnly, known({ isolation: 'plain' }))).toMatchObject({
    state: 'TASK_FAILED',
    reason: 'REASON_CONTAINER_LAUNCH_FAILED',
    message: expect.stringContaining('volume eng/v1 is wanted read-only, which this agent cannot enforce'),
  });
});

it('refuses a limit where nothing could enforce it (D-039)', () => {
  const limited = (limits: TaskLimits) => ({ ...task(), limits });
  const notEnforced = ['cpus', 'mem', 'processes'] as const;
  expect(refuseLaunch(limited({ cpusMilli: 2000, memMb: 64 }), known())).toBeUndefined();
  expect(refuseLaunch(limited({ memMb: 'unlimited' }), known({ notEnforced }))).toBeUndefined();
  for (const [name, limits] of [
    ['cpus', { cpusMilli: 2000 }],
    ['mem', { memMb: 64 }],
  ] as const) {
    expect(refuseLaunch(limited(limits), known({ notEnforced }))).toMatchObject({
      state: 'TASK_FAILED',
      reason: 'REASON_CONTAINER_LAUNCH_FAILED',
      message: expect.stringContaining(`it sets a limit of ${name}, which this agent cannot enforce`),
    });
  }
});

it('refuses a task without a command', () => {
  const { command: _command, ...without } = task();
  expect(refuseLaunch(without, known())).toMatchObject({ state: 'TASK_ERROR', reason: 'REASON_TASK_INVALID' });
});

it('leaves it to a custom executor what its tasks do, which has to have a command itself', () => {
  const { command, ...without } = task();
  const under = (executor: Partial<ExecutorInfo>) => ({ ...without, executor: { ...EXECUTOR, type: 'CUSTOM' as const, ...executor } });
  expect(refuseLaunch(under({ command: command! }), known())).toBeUndefined();
  expect(refuseLaunch(under({}), known())?.message).toBe('The task is invalid: its executor has no command');
});

it('fails a task of another user where the agent is not root', () => {
  expect(refuseLaunch(task(), known({ user: 'nobody' }))).toBeUndefined();
  expect(refuseLaunch(task(), known({ isRoot: false }))).toBeUndefined();
  expect(refuseLaunch(task(), known({ user: 'nobody', isRoot: false }))).toMatchObject({
    state: 'TASK_FAILED',
    message: expect.stringContaining("as user 'nobody', and this agent does not run as root"),
  });
});

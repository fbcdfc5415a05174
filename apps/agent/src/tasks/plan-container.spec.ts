import { type ExecutorInfo, volumesOf } from '@holdfast/core/tasks';
import { VolumeDirectories } from '../disks';
import { volumeResource } from '../disks/volumes.fixture';
import { FRAMEWORK, memberOf, runGroup, runTask, type TaskWish } from '../fake-master.fixture';
import type { LaunchRecord } from './launch-record';
import { type ContainerSurroundings, planContainer, planMounts, userOf } from './plan-container';

const recordOf = (wish: TaskWish): LaunchRecord => ({
  ...runTask(wish),
  isolation: 'namespaces',
  sandbox: '/var/lib/holdfast/sandboxes/f1/t1/l1',
  bootId: 'boot',
  receivedMs: 0,
});
const AROUND: ContainerSurroundings = {
  agentId: 'a1',
  endpoint: '127.0.0.1:5051',
  killGraceMs: 3000,
  switchUser: false,
  ownUser: 'root',
  isRoot: true,
};

it('tells a task who and where it is (architecture 11.10), and lets its own variables win', () => {
  const environment = [
    { name: 'MINE', value: 'x' },
    { name: 'MESOS_TASK_ID', value: 'overridden' },
  ];
  const record = recordOf({ id: 't1', command: { shell: true, value: 'env', args: [], environment } });
  const variables = Object.fromEntries(planContainer(record, [], AROUND).environment);
  expect(variables).toMatchObject({
    MESOS_SANDBOX: record.sandbox,
    MESOS_DIRECTORY: record.sandbox,
    MESOS_FRAMEWORK_ID: 'f1',
    MESOS_EXECUTOR_ID: 't1',
    MESOS_AGENT_ID: 'a1',
    MESOS_SLAVE_ID: 'a1',
    MESOS_SLAVE_PID: 'slave(1)@127.0.0.1:5051',
    MESOS_AGENT_ENDPOINT: '127.0.0.1:5051',
    MESOS_CHECKPOINT: '1',
    MESOS_TASK_ID: 'overridden',
    MINE: 'x',
  });
});

it('tells a task of a group its executor and how long that has to shut down (D-059)', () => {
  const variablesOf = (executor: Partial<ExecutorInfo>) => {
    const { info } = memberOf(runGroup([{ id: 't1' }], executor), 0);
    return Object.fromEntries(planContainer({ ...recordOf({}), info }, [], AROUND).environment);
  };
  expect(variablesOf({})).toMatchObject({ MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '5000ms' });
  expect(variablesOf({ shutdownGraceMs: 7000 })).toMatchObject({
    MESOS_TASK_ID: 't1',
    MESOS_EXECUTOR_ID: 'e1',
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '7000ms',
  });
});

it('runs a program with its arguments, of which the first is its own name', () => {
  const command = { shell: false, value: '/bin/echo', args: ['echo', 'a', 'b c'], environment: [] };
  expect(planContainer(recordOf({ command }), [], AROUND).command).toEqual({ program: '/bin/echo', args: ['a', 'b c'] });
  expect(planContainer(recordOf({ line: 'echo a' }), [], AROUND).command).toEqual({ line: 'echo a' });
});

describe('the user of a task', () => {
  const as = (user: string | undefined, framework: string, around: Partial<ContainerSurroundings> = {}) => {
    const command = { shell: true, value: 'true', args: [], environment: [], ...(user !== undefined && { user }) };
    return userOf(recordOf({ command, framework: { ...FRAMEWORK, user: framework } }), { ...AROUND, ...around });
  };

  it("is its command's, and with HOLDFAST_AGENT_SWITCH_USER else its framework's", () => {
    expect(as('nobody', 'svc')).toBe('nobody');
    expect(as(undefined, 'svc')).toBeUndefined();
    expect(as(undefined, 'svc', { switchUser: true })).toBe('svc');
    expect(as('', '', { switchUser: true })).toBeUndefined();
  });

  it("is not switched to where it is the agent's own", () => {
    expect(as('root', 'svc')).toBeUndefined();
    expect(as('root', 'svc', { ownUser: 'svc' })).toBe('root');
  });
});

it('gives a volume to the user of its first task only, and never one that is taken read-only (A-158)', () => {
  const directories = new VolumeDirectories('/var/lib/holdfast');
  const { info } = runTask({
    volumes: [volumeResource('a', 1), volumeResource('b', 1, { mode: 'RO', path: 'b' }), volumeResource('c', 1, { path: 'c' })],
  });
  const mounts = planMounts(volumesOf(info), directories, ({ volume }) => volume === 'eng/c');
  expect(mounts.map(({ name, isGivenToUser }) => [name, isGivenToUser])).toEqual([
    ['eng/a', true],
    ['eng/b', false],
    ['eng/c', false],
  ]);
  expect(mounts[0]).toMatchObject({ source: '/var/lib/holdfast/volumes/roles/eng/a', containerPath: 'data', mode: 'RW' });
});

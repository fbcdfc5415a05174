import { Resources, scalar } from '@holdfast/core/resources';
import type { ExecutorInfo, TaskLimits } from '@holdfast/core/tasks';
import { FRAMEWORK, memberOf, runGroup, runTask, type TaskWish } from '../fake-master.fixture';
import type { LaunchRecord } from './launch-record';
import { type ContainerSurroundings, limitsOf, planContainer, userOf } from './plan-container';

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
  isCpuBounded: false,
  processesPerTask: 4096,
};
const NONE = { mounts: [], groups: [] };

it('tells a task who and where it is (architecture 11.10), and lets its own variables win', () => {
  const environment = [
    { name: 'MINE', value: 'x' },
    { name: 'MESOS_TASK_ID', value: 'overridden' },
  ];
  const record = recordOf({ id: 't1', command: { shell: true, value: 'env', args: [], environment } });
  const variables = Object.fromEntries(planContainer(record, NONE, AROUND).environment);
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
    return Object.fromEntries(planContainer({ ...recordOf({}), info }, NONE, AROUND).environment);
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
  expect(planContainer(recordOf({ command }), NONE, AROUND).command).toEqual({ program: '/bin/echo', args: ['a', 'b c'] });
  expect(planContainer(recordOf({ line: 'echo a' }), NONE, AROUND).command).toEqual({ line: 'echo a' });
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

describe('what a task may use', () => {
  const MB = 1024 * 1024;
  const asking = (cpus: number, memMb: number | undefined, limits?: TaskLimits) => ({
    resources: Resources.of([scalar('cpus', cpus), ...(memMb === undefined ? [] : [scalar('mem', memMb)])]).allocate('eng'),
    ...(limits && { limits }),
  });

  it('is the memory and processes that it has asked for, and more of the processors when they are free', () => {
    expect(limitsOf(asking(0.5, 128), AROUND)).toEqual({ cpuMilli: 500, memoryBytes: 128 * MB, processes: 4096 });
    expect(limitsOf(asking(0.5, 128), { isCpuBounded: true, processesPerTask: 7 })).toEqual({
      cpuMilli: 500,
      cpuAtMostMilli: 500,
      memoryBytes: 128 * MB,
      processes: 7,
    });
  });

  it('is enough to start a command, however little it has asked for', () => {
    for (const memMb of [undefined, 0.5, 32])
      expect(limitsOf(asking(0.001, memMb), AROUND)).toMatchObject({ cpuMilli: 10, memoryBytes: 32 * MB });
  });

  it('is what its limits say, where it has set some (D-039)', () => {
    expect(limitsOf(asking(0.5, 64, { cpusMilli: 2000, memMb: 256 }), AROUND)).toMatchObject({
      cpuMilli: 500,
      cpuAtMostMilli: 2000,
      memoryBytes: 256 * MB,
    });
    expect(limitsOf(asking(0.5, 64, { memMb: 'unlimited' }), AROUND)).toEqual({ cpuMilli: 500, processes: 4096 });
  });

  it('is, beyond a hard limit of what it has asked for, what its limits say (D-039)', () => {
    expect(limitsOf(asking(1, 64, { cpusMilli: 3000 }), { isCpuBounded: true, processesPerTask: 1 }).cpuAtMostMilli).toBe(3000);
  });
});

it('has the files fetched that its command wants, and joins the groups of its volumes as another user only (A-160)', () => {
  const uris = [{ value: '/etc/hosts', executable: false, extract: true }];
  const spec = (user?: string) => {
    const command = { shell: true, value: 'true', args: [], environment: [], uris, ...(user !== undefined && { user }) };
    return planContainer(recordOf({ command }), { mounts: [], groups: [10_000] }, AROUND);
  };
  expect(spec('nobody')).toMatchObject({ uris, user: 'nobody', groups: [10_000] });
  expect(spec()).toMatchObject({ uris });
  expect(spec()).not.toHaveProperty('groups');
});

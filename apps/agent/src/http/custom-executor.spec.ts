import { volumesOf } from '@holdfast/core/tasks';
import { volumeResource } from '../disks/volumes.fixture';
import { EXECUTOR, FRAMEWORK, runTask } from '../fake-master.fixture';
import { executorsOf, type ShownRun, type ShownTask, usedBy } from './executors-of';
import { shownContainers } from './shown-containers';
import { frameworkJson } from './task-json';

const SANDBOX = '/srv/agent/sandboxes/f1/e1/run-1';
const INFO = { ...EXECUTOR, type: 'CUSTOM' as const, name: 'own' };
const USAGE = {
  cpuUserMs: 1500,
  cpuSystemMs: 500,
  cpuPeriods: 7,
  cpuThrottledPeriods: 2,
  memoryBytes: 2048,
  memoryRssBytes: 1024,
  processes: 3,
};

const run = (isGone = false): ShownRun => ({
  record: { runId: 'run-1', framework: FRAMEWORK, info: INFO, sandbox: SANDBOX },
  isGone,
  pid: 4711,
  container: { usage: () => Promise.resolve(USAGE) } as unknown as NonNullable<ShownRun['container']>,
});

const taskOf = (id: string): ShownTask => {
  const { framework, info, launchId } = runTask({ id, launchId: `launch-${id}`, volumes: [volumeResource('v1', 100)] });
  return {
    record: { framework, info: { ...info, executor: INFO }, launchId, isolation: 'plain', sandbox: SANDBOX, bootId: 'boot', receivedMs: 1 },
    ref: { frameworkId: 'f1', taskId: id, launchId },
    volumes: volumesOf(info),
    state: 'TASK_RUNNING',
    statuses: [],
    isGone: false,
    isHolding: true,
    pid: 4711,
    container: undefined,
  };
};

const work = (tasks: readonly ShownTask[], runs: readonly ShownRun[] = [run()]) => ({ tasks: () => tasks, executors: () => runs });
const containers = (tasks: readonly ShownTask[], runs?: readonly ShownRun[]) =>
  shownContainers({
    ...work(tasks, runs),
    nowMs: () => 5000,
    sizes: { volumeBytes: () => 77, sandboxBytes: (id) => (id === 'launch-t1' ? 55 : undefined) },
  });

describe('an executor that a framework has brought', () => {
  it('is one container with all of its tasks, measured as one; a shared volume of two tasks stands there once (wire 11)', async () => {
    const [only, ...others] = await containers([taskOf('t1'), taskOf('t2')]);
    expect(others).toEqual([]);
    expect(only).toEqual({
      container_id: 'run-1',
      framework_id: 'f1',
      executor_id: 'e1',
      executor_name: 'own',
      source: 'e1',
      status: { container_id: { value: 'run-1' }, executor_pid: 4711 },
      statistics: {
        timestamp: 5,
        processes: 3,
        cpus_user_time_secs: 1.5,
        cpus_system_time_secs: 0.5,
        cpus_nr_periods: 7,
        cpus_nr_throttled: 2,
        mem_rss_bytes: 1024,
        mem_total_bytes: 2048,
        cpus_limit: 0.3,
        mem_limit_bytes: 32 * 1024 * 1024,
        disk_used_bytes: 55,
        disk_statistics: [{ persistence: { id: 'v1', principal: 'ops' }, limit_bytes: 100 * 1024 * 1024, used_bytes: 77 }],
      },
    });
    expect(await containers([], [run(true)])).toEqual([]);
  });

  it('is shown with its tasks, and also without any', () => {
    const shown = executorsOf(work([taskOf('t1'), taskOf('t2')]));
    expect(frameworkJson(shown, 'agent-1')).toMatchObject({
      executors: [
        { id: 'e1', name: 'own', type: 'CUSTOM', container: 'run-1', directory: SANDBOX, role: 'eng', tasks: [{ id: 't1' }, { id: 't2' }] },
      ],
    });
    expect(['cpus', 'mem', 'disk'].map((name) => usedBy(shown).scalarMilli(name))).toEqual([300, 32_000, 100_000]);
    const idle = executorsOf(work([]));
    expect(frameworkJson(idle, 'agent-1')).toMatchObject({ executors: [{ id: 'e1', role: 'eng', tasks: [] }], completed_executors: [] });
    expect(usedBy(idle).scalarMilli('cpus')).toBe(100);
    expect(frameworkJson(executorsOf(work([], [run(true)])), 'agent-1')).toMatchObject({
      executors: [],
      completed_executors: [{ id: 'e1' }],
    });
  });
});

import { nameOf } from './task-json';
import type { Container } from '../containers';
import { executorsOf, resourcesOf, type ShownExecutor, type ShownTask, type ShownWork } from './executors-of';
import { type Measured, type MeasuredSizes, resourceStatistics } from './resource-statistics';

export interface ShownContainer {
  readonly container_id: string;
  readonly framework_id: string;
  readonly executor_id: string;
  readonly executor_name: string;
  readonly source: string;
  readonly status: object;
  readonly statistics: object;
}

export interface ContainerSources extends ShownWork {
  readonly sizes: MeasuredSizes;
  readonly nowMs: () => number;
}

/** Of those that there are, one by its id, or all of a framework, or of one executor (wire 11). */
export interface ContainerQuery {
  readonly containerId?: string | undefined;
  readonly frameworkId?: string | undefined;
  readonly executorId?: string | undefined;
}

/** Every container that has a process, in the order of their starts. Each task of a group has its own. */
export async function shownContainers(sources: ContainerSources, query: ContainerQuery = {}): Promise<readonly ShownContainer[]> {
  const { containerId, frameworkId, executorId } = query;
  const runs = executorsOf(sources)
    .filter((executor) => frameworkId === undefined || executor.frameworkId === frameworkId)
    .filter((executor) => executorId === undefined || executor.executorId === executorId)
    .flatMap((executor) => containersIn(executor))
    .filter(({ id }) => containerId === undefined || id === containerId);
  return Promise.all(runs.map((run) => shownContainer(run, sources)));
}

interface Run extends Measured {
  readonly id: string;
  readonly executor: ShownExecutor;
  readonly pid: number | undefined;
  readonly container: Container | undefined;
}

/** A task has a container of its own, unless its executor has one for all. */
function containersIn(executor: ShownExecutor): readonly Run[] {
  const { run, tasks, containerId: id } = executor;
  if (!run) {
    return tasks.filter(({ isHolding }) => isHolding).map((task) => containerOf(executor, task));
  }
  if (run.isGone) return [];
  // In its sandbox each volume is once, however many of its tasks use it.
  const volumes = new Map(tasks.filter(({ isGone }) => !isGone).flatMap((task) => task.volumes.map((used) => [used.volume, used])));
  const launchId = tasks[0]?.ref.launchId ?? id;
  return [
    { id, executor, pid: run.pid, container: run.container, launchId, resources: resourcesOf(executor), volumes: [...volumes.values()] },
  ];
}

const containerOf = (executor: ShownExecutor, { ref, record, volumes, pid, container }: ShownTask): Run => ({
  id: ref.launchId,
  executor,
  pid,
  container,
  launchId: ref.launchId,
  resources: record.info.resources.toList(),
  volumes,
  limits: record.info.limits,
});

async function shownContainer(run: Run, { sizes, nowMs }: ContainerSources): Promise<ShownContainer> {
  const { id, executor, pid, container } = run;
  return {
    container_id: id,
    framework_id: executor.frameworkId,
    executor_id: executor.executorId,
    executor_name: nameOf(executor),
    source: executor.executorId,
    status: { container_id: { value: id }, ...(pid !== undefined && { executor_pid: pid }) },
    statistics: resourceStatistics(run, await container?.usage(), sizes, nowMs()),
  };
}

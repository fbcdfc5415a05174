import type { ExecutorId, FrameworkId, LaunchId } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import { type Resource, Resources } from '@holdfast/core/resources';
import type { ExecutorInfo } from '@holdfast/core/tasks';
import type { Container } from '../containers';
import type { KeptTask } from '../tasks';

/** What of a task is shown. */
export type ShownTask = Pick<KeptTask, 'record' | 'ref' | 'volumes' | 'state' | 'statuses' | 'isGone' | 'isHolding' | 'pid' | 'container'>;

/** One run of an executor that a framework has brought, with or without tasks. */
export interface ShownRun {
  readonly record: { readonly runId: LaunchId; readonly framework: FrameworkInfo; readonly info: ExecutorInfo; readonly sandbox: string };
  readonly isGone: boolean;
  readonly pid: number | undefined;
  readonly container: Container | undefined;
}

export interface ShownWork {
  readonly tasks: () => Iterable<ShownTask>;
  readonly executors: () => Iterable<ShownRun>;
}

/** Tasks as Mesos arranges them: below executors. A task by itself is its own, under its own id; of a group, its tasks share one. */
export interface ShownExecutor {
  readonly executorId: ExecutorId;
  readonly frameworkId: FrameworkId;
  readonly framework: FrameworkInfo;
  /** Absent for a task by itself. */
  readonly info?: ExecutorInfo;
  /** Of the container that it stands for. */
  readonly containerId: string;
  /** Its sandbox; of a group, that of its first task. */
  readonly directory: string;
  readonly tasks: readonly ShownTask[];
  readonly isGone: boolean;
  /** Of one that a framework has brought: its tasks are in its container. */
  readonly run?: ShownRun;
}

/** Those that frameworks have brought, then the others in the order of their first tasks. */
export function executorsOf({ tasks, executors }: ShownWork): readonly ShownExecutor[] {
  const runs = new Map([...executors()].map((run) => [run.record.sandbox, run]));
  const found = new Map<string, ShownTask[]>();
  for (const task of tasks()) {
    const { record, ref } = task;
    // Launches of one task id, and groups of one executor id, that come one after the other are not the same.
    const key = runs.has(record.sandbox) ? record.sandbox : (record.group?.id ?? ref.launchId);
    const siblings = found.get(key);
    if (siblings) siblings.push(task);
    else found.set(key, [task]);
  }
  const brought = [...runs].map(([sandbox, run]) => executorOfRun(run, found.get(sandbox) ?? []));
  return [...brought, ...[...found].filter(([key]) => !runs.has(key)).map(([, some]) => executorOf(some))];
}

const executorOfRun = (run: ShownRun, tasks: readonly ShownTask[]): ShownExecutor => ({
  executorId: run.record.info.executorId,
  frameworkId: run.record.framework.id ?? '',
  framework: run.record.framework,
  info: run.record.info,
  containerId: run.record.runId,
  directory: run.record.sandbox,
  tasks,
  isGone: run.isGone,
  run,
});

function executorOf(tasks: readonly ShownTask[]): ShownExecutor {
  const { record, ref } = tasks[0]!;
  const info = record.info.executor;
  return {
    executorId: info?.executorId ?? String(ref.taskId),
    frameworkId: ref.frameworkId,
    framework: record.framework,
    ...(info && { info }),
    containerId: record.group?.id ?? ref.launchId,
    directory: record.sandbox,
    tasks,
    isGone: tasks.every(({ isGone }) => isGone),
  };
}

/** What tasks and executors use that are not gone. A shared volume counts once, however many use it. */
export function usedBy(executors: readonly ShownExecutor[]): Resources {
  const parts = executors
    .filter(({ isGone }) => !isGone)
    .flatMap(({ info, tasks }) => [
      ...tasks.filter(({ isGone }) => !isGone).map(({ record }) => record.info.resources),
      ...(info ? [info.resources] : []),
    ]);
  return Resources.sum(parts).unallocate();
}

/** Of an executor and its tasks that are not gone; as they were asked for, so a shared volume counts for each. */
export const resourcesOf = ({ info, tasks }: ShownExecutor): readonly Resource[] => [
  ...(info?.resources.toList() ?? []),
  ...tasks.filter(({ isGone }) => !isGone).flatMap(({ record }) => record.info.resources.toList()),
];

import type { Label, Resource } from '@holdfast/core/resources';
import { isTerminal, type TaskStatus } from '@holdfast/core/tasks';
import type { ShownExecutor, ShownTask } from './executors-of';
import { resourcesOf } from './executors-of';
import { summaryForm } from './resource-forms';

/** A framework in `/state` (wire 11): an object of its executors and their tasks. */
export function frameworkJson(executors: readonly ShownExecutor[], agentId: string): object {
  const { framework, frameworkId } = executors[0]!;
  return {
    id: frameworkId,
    name: framework.name,
    user: framework.user,
    failover_timeout: framework.failoverTimeoutMs / 1000,
    checkpoint: framework.checkpoint,
    hostname: framework.hostname ?? '',
    ...(framework.principal !== undefined && { principal: framework.principal }),
    ...(framework.capabilities.has('MULTI_ROLE') ? { roles: framework.roles } : { role: framework.roles[0] ?? '*' }),
    executors: executors.filter(({ isGone }) => !isGone).map((executor) => executorJson(executor, agentId)),
    completed_executors: executors.filter(({ isGone }) => isGone).map((executor) => executorJson(executor, agentId)),
  };
}

function executorJson(executor: ShownExecutor, agentId: string): object {
  const { info, tasks } = executor;
  const over = tasks.filter(({ state }) => isTerminal(state));
  const waiting = tasks.filter(({ state }) => state === 'TASK_STAGING');
  const running = tasks.filter((task) => !over.includes(task) && !waiting.includes(task));
  const shown = (some: readonly ShownTask[]) => some.map((task) => taskJson(task, agentId));
  return {
    id: executor.executorId,
    name: nameOf(executor),
    source: executor.executorId,
    container: executor.containerId,
    directory: executor.directory,
    resources: summaryForm(resourcesOf(executor)),
    role: roleOf(resourcesOf(executor)),
    ...(info && info.labels.length > 0 && { labels: info.labels.map(labelJson) }),
    ...(info?.type && { type: info.type }),
    tasks: shown(running),
    queued_tasks: shown(waiting),
    completed_tasks: shown(over),
  };
}

/** As Mesos calls the executor of a task by itself. */
export const nameOf = ({ info, executorId, tasks }: ShownExecutor): string =>
  info ? (info.name ?? '') : `Command Executor (Task: ${executorId}) (Command: ${commandText(tasks[0]!)})`;

function commandText({ record }: ShownTask): string {
  const { command } = record.info;
  if (command?.value === undefined) return 'NO EXECUTABLE';
  return command.shell ? `sh -c '${command.value}'` : command.value;
}

/** Of the first of its resources that says it; all say the same. */
const roleOf = (resources: readonly Resource[]): string =>
  resources.find(({ allocationRole }) => allocationRole !== undefined)?.allocationRole ?? '*';

/** The sandbox is ours to tell: of a group, each task has its own. */
function taskJson(task: ShownTask, agentId: string): object {
  const { ref, record } = task;
  const { info } = record;
  return {
    id: ref.taskId,
    name: info.name,
    framework_id: ref.frameworkId,
    executor_id: info.executor?.executorId ?? '',
    slave_id: agentId,
    state: task.state,
    resources: summaryForm(info.resources.toList()),
    ...(info.limits && { limits: limitsJson(info.limits) }),
    role: roleOf(info.resources.toList()),
    statuses: task.statuses.map((status) => statusJson(status, task)),
    ...(info.labels.length > 0 && { labels: info.labels.map(labelJson) }),
    directory: record.sandbox,
  };
}

const limitsJson = ({ cpusMilli, memMb }: NonNullable<ShownTask['record']['info']['limits']>): object => ({
  ...(cpusMilli !== undefined && { cpus: cpusMilli / 1000 }),
  ...(memMb !== undefined && { mem: memMb === 'unlimited' ? 'Infinity' : memMb }),
});

const statusJson = ({ state, timestampMs, labels, healthy }: TaskStatus, { ref, pid }: ShownTask): object => ({
  state,
  timestamp: timestampMs / 1000,
  ...(labels && labels.length > 0 && { labels: labels.map(labelJson) }),
  container_status: { container_id: { value: ref.launchId }, ...(pid !== undefined && { executor_pid: pid }) },
  ...(healthy !== undefined && { healthy }),
});

const labelJson = ({ key, value }: Label): object => ({ key, ...(value !== undefined && { value }) });

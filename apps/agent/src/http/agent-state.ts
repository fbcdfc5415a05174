import type { AgentId, Epoch, Revision, StoreId } from '@holdfast/core/base';
import type { FaultDomain } from '@holdfast/core/offers';
import type { Resources } from '@holdfast/core/resources';
import { type Attribute, formatMilli, formatResource, fromMilli } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import { splitVolumeKey } from '@holdfast/core/volumes';
import type { Checkpoint } from '../checkpoint';
import type { Isolation } from '../containers';
import type { VolumeDirectories } from '../disks';
import type { OperationFeedback } from '../operations';
import { executorsOf, type ShownExecutor, type ShownTask, type ShownWork, usedBy } from './executors-of';
import { versionJson } from './mesos-version';
import { bothForms, mapValues, reservedByRole, summaryForm, unreserved } from './resource-forms';
import type { MeasuredSizes } from './resource-statistics';
import { frameworkJson } from './task-json';

/** Everything that GET /state tells of. */
export interface StateSources extends ShownWork {
  readonly agentId: () => AgentId | undefined;
  readonly storeId: StoreId;
  readonly bootId: string;
  readonly version: string;
  readonly hostname: string;
  /** `host:port` of the HTTP port. */
  readonly endpoint: string;
  readonly startedMs: number;
  readonly master: string;
  readonly isRegistered: () => boolean;
  readonly workDir: string;
  readonly isolation: Isolation;
  readonly attributes: readonly Attribute[];
  readonly configured: Resources;
  readonly checkpoint: Pick<Checkpoint, 'total' | 'resources' | 'destroying'>;
  readonly directories: Pick<VolumeDirectories, 'pathOf'>;
  readonly fence: { readonly highestEpoch: Epoch; readonly ledgerRevision: Revision };
  readonly sizes: MeasuredSizes;
  readonly feedback: Pick<OperationFeedback, 'reports'>;
  readonly domain?: FaultDomain;
  /** As /flags shows them. */
  readonly flags: Readonly<Record<string, string>>;
}

/** What this agent can do, of what Mesos has names for. */
const CAPABILITIES = [
  'MULTI_ROLE',
  'HIERARCHICAL_ROLE',
  'RESERVATION_REFINEMENT',
  'RESIZE_VOLUME',
  'AGENT_OPERATION_FEEDBACK',
  'TASK_RESOURCE_LIMITS',
];

/** What the agent knows of itself, as JSON for people and their tools: what Mesos tells, in its shapes (wire 11), and what is ours. */
export function agentState(sources: StateSources): object {
  const tasks = [...sources.tasks()];
  const executors = executorsOf(sources);
  return { ...mesosState(sources, executors), ...ownState(sources, tasks) };
}

function mesosState(sources: StateSources, executors: readonly ShownExecutor[]): object {
  const { total } = sources.checkpoint;
  const used = usedBy(executors);
  const agentId = sources.agentId() ?? '';
  const frameworks = byFramework(executors);
  const isLive = (some: readonly ShownExecutor[]) => some.some(({ isGone }) => !isGone);
  return {
    ...versionJson(sources.version),
    start_time: sources.startedMs / 1000,
    id: sources.agentId() ?? null,
    pid: `slave(1)@${sources.endpoint}`,
    hostname: sources.hostname,
    capabilities: CAPABILITIES,
    domain: sources.domain ? faultDomain(sources.domain) : null,
    resources: summaryForm(total.toList()),
    reserved_resources: mapValues(reservedByRole(total), summaryForm),
    unreserved_resources: summaryForm(unreserved(total)),
    reserved_resources_full: mapValues(reservedByRole(total), (resources) => resources.map(bothForms)),
    unreserved_resources_full: unreserved(total).map(bothForms),
    reserved_resources_allocated: mapValues(reservedByRole(used), summaryForm),
    unreserved_resources_allocated: summaryForm(unreserved(used)),
    resource_providers: [],
    attributes: Object.fromEntries(sources.attributes.map(({ name, value }) => [name, attributeText(value)])),
    master_hostname: sources.master.replace(/:\d+$/, ''),
    flags: sources.flags,
    frameworks: frameworks.filter(isLive).map((some) => frameworkJson(some, agentId)),
    completed_frameworks: frameworks.filter((some) => !isLive(some)).map((some) => frameworkJson(some, agentId)),
  };
}

function byFramework(executors: readonly ShownExecutor[]): readonly (readonly ShownExecutor[])[] {
  const found = new Map<string, ShownExecutor[]>();
  for (const executor of executors) {
    const siblings = found.get(executor.frameworkId);
    if (siblings) siblings.push(executor);
    else found.set(executor.frameworkId, [executor]);
  }
  return [...found.values()];
}

function ownState(sources: StateSources, tasks: readonly ShownTask[]): object {
  const { checkpoint, fence } = sources;
  return {
    store_id: sources.storeId,
    boot_id: sources.bootId,
    process_id: process.pid,
    master: sources.master,
    registered: sources.isRegistered(),
    work_dir: sources.workDir,
    isolation: sources.isolation,
    highest_epoch: fence.highestEpoch,
    ledger_revision: fence.ledgerRevision,
    configured_resources: texts(sources.configured),
    checkpointed_resources: texts(checkpoint.resources),
    tasks: tasks.map((task) => taskState(task, sources.sizes)),
    volumes: volumeStates(sources, tasks),
    unacknowledged_operations: sources.feedback.reports().map(({ frameworkId, status }) => ({
      id: status.operationId,
      framework_id: frameworkId,
      state: status.state,
      message: status.message ?? null,
    })),
  };
}

const faultDomain = ({ region, zone }: FaultDomain): object => ({ fault_domain: { region: { name: region }, zone: { name: zone } } });

function taskState({ ref, record, state, pid, volumes }: ShownTask, sizes: MeasuredSizes): object {
  return {
    id: ref.taskId,
    framework_id: ref.frameworkId,
    launch_id: ref.launchId,
    executor_id: record.info.executor?.executorId ?? '',
    name: record.info.name,
    state,
    pid: pid ?? null,
    directory: record.sandbox,
    disk_used_bytes: sizes.sandboxBytes(ref.launchId) ?? null,
    resources: texts(record.info.resources),
    volumes: volumes.map(({ volume, containerPath, mode }) => ({ volume, container_path: containerPath, mode })),
  };
}

/** Each volume with the tasks that have it mounted now, or are about to, or may still. */
function volumeStates({ checkpoint, directories, sizes }: StateSources, tasks: readonly ShownTask[]): readonly object[] {
  const mounts = mountsByVolume(tasks);
  return checkpoint.resources
    .persistentVolumes()
    .toList()
    .map((resource) => {
      const volume = keyOfVolume(resource);
      const located = directories.pathOf(resource);
      const { role, persistenceId } = splitVolumeKey(volume);
      return {
        role,
        persistence_id: persistenceId,
        size_mb: resource.value.kind === 'scalar' ? fromMilli(resource.value.milli) : null,
        used_bytes: sizes.volumeBytes(volume) ?? null,
        shared: resource.shared,
        path: located.ok ? located.value.path : null,
        destroying: checkpoint.destroying.has(volume),
        mounts: mounts.get(volume) ?? [],
      };
    });
}

function mountsByVolume(tasks: readonly ShownTask[]): ReadonlyMap<string, readonly object[]> {
  const found = new Map<string, object[]>();
  for (const { isHolding, ref, state, volumes } of tasks) {
    for (const { volume, containerPath, mode } of isHolding ? volumes : []) {
      const mount = {
        framework_id: ref.frameworkId,
        task_id: ref.taskId,
        launch_id: ref.launchId,
        container_path: containerPath,
        mode,
        state,
      };
      found.set(volume, [...(found.get(volume) ?? []), mount]);
    }
  }
  return found;
}

const texts = (resources: Resources): readonly string[] => resources.toList().map(formatResource);

function attributeText(value: Attribute['value']): string | number {
  switch (value.kind) {
    case 'text':
      return value.text;
    case 'scalar':
      return Number(formatMilli(value.milli));
    case 'ranges':
      return `[${value.ranges.map(({ begin, end }) => `${begin}-${end}`).join(',')}]`;
    case 'set':
      return `{${value.items.join(',')}}`;
  }
}

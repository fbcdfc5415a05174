import type { AgentId, Epoch, Revision, StoreId } from '@holdfast/core/base';
import type { FaultDomain } from '@holdfast/core/offers';
import { type Attribute, formatMilli, formatResource, fromMilli, type Resources } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import { splitVolumeKey } from '@holdfast/core/volumes';
import type { Checkpoint } from '../checkpoint';
import type { Isolation } from '../containers';
import type { VolumeDirectories } from '../disks';
import type { OperationFeedback } from '../operations';
import type { Launch, TaskKeeper } from '../tasks';

/** Everything that GET /state tells of. */
export interface StateSources {
  readonly agentId: () => AgentId | undefined;
  readonly storeId: StoreId;
  readonly bootId: string;
  readonly version: string;
  readonly hostname: string;
  readonly master: string;
  readonly isRegistered: () => boolean;
  readonly workDir: string;
  readonly isolation: Isolation;
  readonly attributes: readonly Attribute[];
  readonly configured: Resources;
  readonly checkpoint: Checkpoint;
  readonly directories: VolumeDirectories;
  readonly fence: { readonly highestEpoch: Epoch; readonly ledgerRevision: Revision };
  readonly tasks: TaskKeeper;
  readonly feedback: Pick<OperationFeedback, 'reports'>;
  readonly domain?: FaultDomain;
}

/** What the agent knows of itself, as JSON for people and their tools. Keys are those of Mesos where it has them. */
export function agentState(sources: StateSources): object {
  const { checkpoint, fence, tasks } = sources;
  return {
    id: sources.agentId() ?? null,
    store_id: sources.storeId,
    boot_id: sources.bootId,
    version: sources.version,
    hostname: sources.hostname,
    pid: process.pid,
    master: sources.master,
    registered: sources.isRegistered(),
    work_dir: sources.workDir,
    isolation: sources.isolation,
    highest_epoch: fence.highestEpoch,
    ledger_revision: fence.ledgerRevision,
    attributes: Object.fromEntries(sources.attributes.map(({ name, value }) => [name, attributeText(value)])),
    domain: sources.domain ? faultDomain(sources.domain) : null,
    resources: Object.fromEntries([...checkpoint.total.scalars()].map(([name, milli]) => [name, fromMilli(milli)])),
    configured_resources: texts(sources.configured),
    checkpointed_resources: texts(checkpoint.resources),
    tasks: [...tasks.all()].map(taskState),
    volumes: volumeStates(sources),
    unacknowledged_operations: sources.feedback.reports().map(({ frameworkId, status }) => ({
      id: status.operationId,
      framework_id: frameworkId,
      state: status.state,
      message: status.message ?? null,
    })),
  };
}

const faultDomain = ({ region, zone }: FaultDomain): object => ({ fault_domain: { region: { name: region }, zone: { name: zone } } });

function taskState(launch: Launch): object {
  const { ref, record, state, pid, volumes } = launch;
  return {
    id: ref.taskId,
    framework_id: ref.frameworkId,
    launch_id: ref.launchId,
    executor_id: record.info.executor?.executorId ?? '',
    name: record.info.name,
    state,
    pid: pid ?? null,
    directory: record.sandbox,
    resources: texts(record.info.resources),
    volumes: volumes.map(({ volume, containerPath, mode }) => ({ volume, container_path: containerPath, mode })),
  };
}

/** Each volume with the tasks that have it mounted now, or are about to, or may still. */
function volumeStates({ checkpoint, directories, tasks }: StateSources): readonly object[] {
  const launches = [...tasks.all()].filter(({ isHolding }) => isHolding);
  return checkpoint.resources
    .persistentVolumes()
    .toList()
    .map((resource) => {
      const volume = keyOfVolume(resource);
      const located = directories.pathOf(resource);
      const mounts = launches.flatMap((launch) =>
        launch.volumes
          .filter((used) => used.volume === volume)
          .map(({ containerPath, mode }) => ({
            framework_id: launch.ref.frameworkId,
            task_id: launch.ref.taskId,
            launch_id: launch.ref.launchId,
            container_path: containerPath,
            mode,
            state: launch.state,
          })),
      );
      const { role, persistenceId } = splitVolumeKey(volume);
      return {
        role,
        persistence_id: persistenceId,
        size_mb: resource.value.kind === 'scalar' ? fromMilli(resource.value.milli) : null,
        shared: resource.shared,
        path: located.ok ? located.value.path : null,
        destroying: checkpoint.destroying.has(volume),
        mounts,
      };
    });
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

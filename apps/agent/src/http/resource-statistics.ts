import type { TaskLimits, TaskVolume } from '@holdfast/core/tasks';
import { type Resource, resourceJson, fromMilli, isPersistentVolume } from '@holdfast/core/resources';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { ContainerUsage } from '../containers';

/** What was last measured; undefined: nothing yet. */
export interface MeasuredSizes {
  volumeBytes(volume: VolumeKey): number | undefined;
  sandboxBytes(launchId: string): number | undefined;
}

const MIB = 1024 * 1024;

/** A container, by what it was given. */
export interface Measured {
  /** Under which its sandbox is measured. */
  readonly launchId: string;
  readonly resources: readonly Resource[];
  readonly volumes: readonly Pick<TaskVolume, 'volume' | 'resource'>[];
  readonly limits?: TaskLimits | undefined;
}

/** ResourceStatistics of Mesos (wire 11) for one container: what it may use, and what it has used. Limits are those that were asked for. */
export function resourceStatistics(
  { launchId, resources, volumes, limits }: Measured,
  usage: ContainerUsage | undefined,
  sizes: MeasuredSizes,
  nowMs: number,
): object {
  const cpus = limits?.cpusMilli === undefined ? sum(resources, 'cpus') : limits.cpusMilli / 1000;
  const memMb = limits?.memMb ?? sum(resources, 'mem');
  const diskMb = sum(
    resources.filter((resource) => !isPersistentVolume(resource)),
    'disk',
  );
  const sandboxBytes = sizes.sandboxBytes(launchId);
  const disks = volumes.map(({ volume, resource }) => volumeStatistics(resource, sizes.volumeBytes(volume)));
  return {
    timestamp: nowMs / 1000,
    ...(usage && usageFields(usage)),
    cpus_limit: cpus,
    ...(typeof memMb === 'number' && { mem_limit_bytes: Math.round(memMb * MIB) }),
    ...(diskMb > 0 && { disk_limit_bytes: Math.round(diskMb * MIB) }),
    ...(sandboxBytes !== undefined && { disk_used_bytes: sandboxBytes }),
    ...(disks.length > 0 && { disk_statistics: disks }),
  };
}

const usageFields = (usage: ContainerUsage): object => ({
  processes: usage.processes,
  cpus_user_time_secs: usage.cpuUserMs / 1000,
  cpus_system_time_secs: usage.cpuSystemMs / 1000,
  ...(usage.cpuPeriods !== undefined && { cpus_nr_periods: usage.cpuPeriods }),
  ...(usage.cpuThrottledPeriods !== undefined && { cpus_nr_throttled: usage.cpuThrottledPeriods }),
  mem_rss_bytes: usage.memoryRssBytes,
  mem_total_bytes: usage.memoryBytes,
});

function volumeStatistics(resource: Resource, usedBytes: number | undefined): object {
  const disk = resourceJson(resource)['disk'] as { readonly source?: object; readonly persistence?: object };
  return {
    ...(disk.source && { source: disk.source }),
    ...(disk.persistence && { persistence: disk.persistence }),
    limit_bytes: Math.round((resource.value.kind === 'scalar' ? fromMilli(resource.value.milli) : 0) * MIB),
    ...(usedBytes !== undefined && { used_bytes: usedBytes }),
  };
}

const sum = (resources: readonly Resource[], wanted: string): number =>
  fromMilli(resources.reduce((milli, { name, value }) => (name === wanted && value.kind === 'scalar' ? milli + value.milli : milli), 0));

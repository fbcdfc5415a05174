import { lstat } from 'node:fs/promises';
import type { LaunchId } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { AgentInspection, InspectedLaunch, InspectedVolume } from '@holdfast/core/verification';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { Checkpoint } from '../checkpoint';
import { type Mount, readMountTable, type VolumeDirectories } from '../disks';
import { mountNamespaceOf } from '../processes';
import type { KeptTask, TaskKeeper } from '../tasks';
import { findStrayMounts } from './find-stray-mounts';
import { VolumePlaces } from './volume-places';

export interface InspectionDeps {
  readonly checkpoint: Pick<Checkpoint, 'resources' | 'destroying'>;
  readonly directories: Pick<VolumeDirectories, 'pathOf'>;
  readonly tasks: Pick<TaskKeeper, 'all'>;
  /** Several of the launches may be in the container of one of these. */
  readonly executors?: { readonly all: () => Iterable<InspectedExecutor> };
  /** Without links on the way. */
  readonly workDir: string;
}

/** A custom executor, whose container has a name of its own. */
export interface InspectedExecutor {
  readonly record: { readonly runId: LaunchId };
  /** A task of it may have volumes in its container. */
  readonly isHolding: boolean;
}

/**
 * What this agent has and has mounted. Volumes and launches are those of the moment at which it resolves: of what ends while disks and mount
 * tables are looked at, the master is told before it has this answer. Nothing may begin meanwhile. Where there is no /proc, mounts are not
 * known.
 */
export async function inspectStore({ checkpoint, directories, tasks, executors, workDir }: InspectionDeps): Promise<AgentInspection> {
  const launches = holding(tasks);
  const resources = [...volumesOf(checkpoint), ...launches.flatMap(({ volumes }) => volumes.map(({ resource }) => resource))];
  const own = await readMountTable('self').catch(() => []);
  const paths = pathsOf(resources, directories);
  const places = await VolumePlaces.find(paths, workDir, own);
  const present = await whichAreThere(paths);
  const mounted = new Map(await Promise.all(launches.map(async (launch) => [launch, await mountedIn(launch, places)] as const)));
  const strayMounts = await findStrayMounts(places, {
    launchIds: new Set([...launches.map(({ record }) => record.launchId), ...containersOf(executors?.all() ?? [])]),
    pids: new Set(launches.flatMap(({ pid }) => pid ?? [])),
  });
  return {
    volumes: volumesOf(checkpoint).map((resource): InspectedVolume => {
      const volume = keyOfVolume(resource);
      return { resource, hasData: present.has(volume), isDestroying: checkpoint.destroying.has(volume) };
    }),
    launches: holding(tasks).map((launch) => inspected(launch, mounted.get(launch))),
    strayMounts,
  };
}

const volumesOf = ({ resources }: InspectionDeps['checkpoint']): readonly Resource[] => resources.persistentVolumes().toList();

const holding = (tasks: InspectionDeps['tasks']): readonly KeptTask[] => [...tasks.all()].filter(({ isHolding }) => isHolding);

const containersOf = (executors: Iterable<InspectedExecutor>): readonly LaunchId[] =>
  [...executors].filter(({ isHolding }) => isHolding).map(({ record }) => record.runId);

const inspected = ({ ref, volumes, pid }: KeptTask, mounted: ReadonlySet<VolumeKey> | undefined): InspectedLaunch => ({
  ...ref,
  volumes: volumes.map(({ volume, mode }) => ({ volume, mode, ...(mounted && { isMounted: mounted.has(volume) }) })),
  ...(pid !== undefined && { pid }),
});

/** The volumes in the mount table of its container; undefined: there is none that could be read. */
async function mountedIn({ pid, volumes, record }: KeptTask, places: VolumePlaces): Promise<ReadonlySet<VolumeKey> | undefined> {
  if (pid === undefined || volumes.length === 0 || record.isolation !== 'namespaces') return undefined;
  const table = await tableOf(pid);
  return table && places.in(table);
}

/** Undefined: it is gone, or still in our own namespace, which it is just leaving. */
async function tableOf(pid: number): Promise<readonly Mount[] | undefined> {
  if (mountNamespaceOf(pid) === mountNamespaceOf('self')) return undefined;
  return readMountTable(pid).catch(() => undefined);
}

function pathsOf(resources: readonly Resource[], directories: Pick<VolumeDirectories, 'pathOf'>): ReadonlyMap<VolumeKey, string> {
  const paths = new Map<VolumeKey, string>();
  for (const resource of resources) {
    const located = directories.pathOf(resource);
    if (located.ok) paths.set(located.value.key, located.value.path);
  }
  return paths;
}

/** Whose directory is there; a link in its place is no data of ours. */
async function whichAreThere(paths: ReadonlyMap<VolumeKey, string>): Promise<ReadonlySet<VolumeKey>> {
  const present = new Set<VolumeKey>();
  const look = async ([volume, path]: readonly [VolumeKey, string]) => {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) present.add(volume);
  };
  await Promise.all([...paths].map(look));
  return present;
}

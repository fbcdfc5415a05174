import type { ExecutorId, FrameworkId, LaunchId } from '@holdfast/core/base';
import { MILLI, type Resource, Resources } from '@holdfast/core/resources';
import type { ExecutorInfo, TaskInfo, TaskVolume } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';

/** A running task, as far as its disk is concerned. */
export interface DiskUser {
  readonly record: {
    readonly launchId: LaunchId;
    readonly framework: { readonly id?: FrameworkId };
    readonly info: Pick<TaskInfo, 'resources'> & { readonly executor?: Pick<ExecutorInfo, 'executorId' | 'resources'> };
    readonly sandbox: string;
  };
  readonly volumes: readonly TaskVolume[];
}

/** What has been measured, in bytes; undefined: not known, and nobody is ended for it. */
export interface MeasuredSizes {
  volumeBytes(volume: VolumeKey): number | undefined;
  sandboxBytes(launchId: LaunchId): number | undefined;
}

export interface OverSize<T> {
  readonly task: T;
  /** Says how much is used, and how much is allowed. */
  readonly message: string;
  /** How much is used. */
  readonly limitation: Resources;
}

const MB = 1 << 20;

/**
 * Which tasks have more on the disk than they may: with sandboxes larger than the disk that was asked for, or with a volume larger than its
 * size that they may write to. Those that only read it can do nothing about that. A MOUNT disk is bounded by its own file system. Where no disk
 * was asked for there is no bound, as in Mesos: most frameworks name cpus and mem only, and expect a sandbox for their output all the same.
 * `volumes`: as they are now, since they may have been resized after a task was started.
 */
export function overSize<T extends DiskUser>(
  tasks: readonly T[],
  volumes: ReadonlyMap<VolumeKey, Resource>,
  measured: MeasuredSizes,
): readonly OverSize<T>[] {
  const found = new Map<T, OverSize<T>>();
  for (const group of sharingDisk(tasks)) {
    const over = sandboxProblem(group, measured);
    if (over) for (const task of group) found.set(task, { task, ...over });
  }
  for (const task of tasks) {
    const over = found.has(task) ? undefined : volumeProblem(task, volumes, measured);
    if (over) found.set(task, { task, ...over });
  }
  return [...found.values()];
}

type Excess = Omit<OverSize<DiskUser>, 'task'>;

/** Tasks of one executor have their disk together with it, as their other resources. */
function sharingDisk<T extends DiskUser>(tasks: readonly T[]): Iterable<readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const task of tasks) {
    const { framework, info, launchId } = task.record;
    const executorId: ExecutorId | undefined = info.executor?.executorId;
    const key = executorId === undefined ? launchId : `${framework.id}/${executorId}`;
    groups.set(key, [...(groups.get(key) ?? []), task]);
  }
  return groups.values();
}

function sandboxProblem(group: readonly DiskUser[], measured: MeasuredSizes): Excess | undefined {
  const executor = group[0]?.record.info.executor;
  const asked = group.reduce(
    (sum, { record }) => sum + plainDiskMilli(record.info.resources),
    executor ? plainDiskMilli(executor.resources) : 0,
  );
  if (asked === 0) return undefined;
  const sandboxes = new Map(group.map(({ record }) => [record.sandbox, measured.sandboxBytes(record.launchId) ?? 0]));
  const usedBytes = [...sandboxes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const allowedBytes = (asked / MILLI) * MB;
  if (usedBytes <= allowedBytes) return undefined;
  const [whose, what] = executor
    ? [`The sandboxes of executor ${executor.executorId} and its tasks hold`, 'they asked for']
    : ['The sandbox holds', 'the task asked for'];
  return {
    message: `${whose} ${megabytes(usedBytes)}, more than the ${megabytes(allowedBytes)} of disk that ${what}`,
    limitation: Resources.of([withBytes({ name: 'disk', reservations: [], shared: false, revocable: false }, usedBytes)]),
  };
}

function volumeProblem(
  { volumes: used }: DiskUser,
  volumes: ReadonlyMap<VolumeKey, Resource>,
  measured: MeasuredSizes,
): Excess | undefined {
  for (const { volume, mode, resource } of used) {
    const current = volumes.get(volume) ?? resource;
    if (mode !== 'RW' || current.value.kind !== 'scalar' || isBoundedBySystem(current)) continue;
    const usedBytes = measured.volumeBytes(volume);
    const allowedBytes = bytesOf(current);
    if (usedBytes === undefined || usedBytes <= allowedBytes) continue;
    return {
      message: `Volume ${volume}, to which the task may write, holds ${megabytes(usedBytes)}, more than its size of ${megabytes(allowedBytes)}`,
      limitation: Resources.of([withBytes(resource, usedBytes)]),
    };
  }
  return undefined;
}

export const isBoundedBySystem = ({ disk }: Resource): boolean => disk?.source?.type === 'MOUNT';

/** The size of a volume or disk; 0 for anything else. */
export const bytesOf = ({ value }: Resource): number => (value.kind === 'scalar' ? (value.milli / MILLI) * MB : 0);

/** Where sandboxes lie: disk of no volume, and of no other disk than the work directory's. */
const plainDiskMilli = (resources: Resources): number =>
  resources.filter(({ name, disk }) => name === 'disk' && !disk?.persistence && !disk?.source).scalarMilli('disk');

const withBytes = (resource: Omit<Resource, 'value'>, bytes: number): Resource => ({
  ...resource,
  value: { kind: 'scalar', milli: Math.round((bytes * MILLI) / MB) },
});

const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB`;

import { ok, type OperationId } from '@holdfast/core/base';
import type { Operation } from '@holdfast/core/offers';
import { scalar, toPlainDisk, unallocated, type Resource } from '@holdfast/core/resources';
import type { ExecutorInfo, TaskInfo } from '@holdfast/core/tasks';
import type { WhenUnused } from '@holdfast/core/volumes';

const onResources = (type: 'RESERVE' | 'UNRESERVE' | 'CREATE' | 'DESTROY', resources: readonly Resource[]): Operation => ({
  type,
  resources: resources.map(unallocated),
});

/** Reserves disk, cores or memory; the resources are as they are to become (`reserved(disk(64), { role })`). */
export const reserve = (...resources: readonly Resource[]): Operation => onResources('RESERVE', resources);

/** Takes one reservation off; the resources are as they are now. Disk under a volume is refused (B-042). */
export const unreserve = (...resources: readonly Resource[]): Operation => onResources('UNRESERVE', resources);

/** Makes persistent volumes of reserved disk (`persistentVolume(…)`). */
export const createVolume = (...volumes: readonly Resource[]): Operation => onResources('CREATE', volumes);

/** Destroys volumes and their data; refused while anyone holds one, naming every holder. */
export const destroyVolume = (...volumes: readonly Resource[]): Operation => onResources('DESTROY', volumes);

/**
 * Destroys volumes as soon as nobody holds them: at once, or when the last holder has left, whom no new one follows meanwhile. The result
 * says whom it waits for. Under an id (`withId`) it names exactly one volume, and is FINISHED when that is gone, FAILED when it was taken
 * back. Ours; Mesos refuses (differences-from-mesos).
 */
export const destroyWhenUnused = (whenUnused: WhenUnused, ...volumes: readonly Resource[]): Operation => ({
  type: 'DESTROY',
  resources: volumes.map(unallocated),
  whenUnused,
});

/**
 * Makes a volume larger by disk that is reserved as it is; its data stays, and tasks may hold it (B-059). What came of it is in a later
 * offer: nothing else in the same ACCEPT can use it (B-060).
 */
export const growVolume = (volume: Resource, addition: Resource): Operation => ({
  type: 'GROW_VOLUME',
  volume: unallocated(volume),
  change: unallocated(addition),
});

/** Makes a volume smaller by so many MB, which come free as reserved disk. A shared volume is refused. */
export const shrinkVolume = (volume: Resource, byMb: number): Operation => ({
  type: 'SHRINK_VOLUME',
  volume: unallocated(volume),
  change: { ...toPlainDisk(unallocated(volume)), value: scalar('disk', byMb).value },
});

/** Launches tasks that share an executor (`defaultExecutor(…)`): all start or none, and one that fails ends the others (B-074). */
export const launchGroup = (executor: ExecutorInfo, ...tasks: readonly TaskInfo[]): Operation => ({
  type: 'LAUNCH_GROUP',
  executor,
  tasks: tasks.map((info) => ({ taskId: info.taskId, task: ok(info) })),
});

/** Launches tasks; each is answered for itself. */
export const launch = (...tasks: readonly TaskInfo[]): Operation => ({
  type: 'LAUNCH',
  tasks: tasks.map((info) => ({ taskId: info.taskId, task: ok(info) })),
});

/**
 * The same operation under an id of the framework's own: what becomes of it comes as `operationUpdated`. Not for `launch` and
 * `launchGroup`, whose tasks have ids already (D-090).
 */
export const withId = (id: OperationId, operation: Operation): Operation => ({ ...operation, id });

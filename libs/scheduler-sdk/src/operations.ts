import { ok, type OperationId } from '@holdfast/core/base';
import type { Operation } from '@holdfast/core/offers';
import { unallocated, type Resource } from '@holdfast/core/resources';
import type { TaskInfo } from '@holdfast/core/tasks';

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

/** Launches tasks; each is answered for itself. */
export const launch = (...tasks: readonly TaskInfo[]): Operation => ({
  type: 'LAUNCH',
  tasks: tasks.map((info) => ({ taskId: info.taskId, task: ok(info) })),
});

/** The same operation under an id of the framework's own. */
export const withId = (id: OperationId, operation: Operation): Operation => ({ ...operation, id });

import type { Holder, OperationId, Refusal, Result, TaskId } from '@holdfast/core/base';
import type { Resource, Resources } from '@holdfast/core/resources';
import type { ExecutorInfo, TaskInfo } from '@holdfast/core/tasks';
import type { WhenUnused } from '@holdfast/core/volumes';

export interface TaskRequest {
  readonly taskId: TaskId;
  /** A malformed task is refused alone; the others of its LAUNCH go on (B-074, B-076). */
  readonly task: Result<TaskInfo>;
}

export type ResourceOperationType = 'RESERVE' | 'UNRESERVE' | 'CREATE' | 'DESTROY';

/** An operation that changes resources. */
export interface ResourceOperation {
  readonly type: ResourceOperationType;
  readonly id?: OperationId;
  readonly resources: readonly Resource[];
  /** Of DESTROY only (ours): wait for the last holder in place of refusing. */
  readonly whenUnused?: WhenUnused;
}

/** Makes a volume larger or smaller; its data stays (B-059). */
export interface ResizeOperation {
  readonly type: 'GROW_VOLUME' | 'SHRINK_VOLUME';
  readonly id?: OperationId;
  /** As it is. */
  readonly volume: Resource;
  /** GROW: the disk that is added, as it is now. SHRINK: plain disk of the size that is taken away, reserved as the volume is. */
  readonly change: Resource;
}

/** All tasks start, or none; all have the same executor (B-074, D-037). */
export interface LaunchGroupOperation {
  readonly type: 'LAUNCH_GROUP';
  readonly id?: OperationId;
  readonly executor: ExecutorInfo;
  readonly tasks: readonly TaskRequest[];
}

export interface LaunchOperation {
  readonly type: 'LAUNCH';
  readonly id?: OperationId;
  readonly tasks: readonly TaskRequest[];
}

/** Could not be read, or was refused before planning (no authorization, say); dropped alone with its tasks (B-071, B-075, B-076). */
export interface MalformedOperation {
  readonly type: 'MALFORMED';
  readonly id?: OperationId;
  readonly declaredType: string;
  readonly refusal: Refusal;
  readonly taskIds: readonly TaskId[];
}

/**
 * One line of an ACCEPT. Resources stand in lists, not sums, since a list that names a volume twice must be seen.
 * Those of RESERVE are as they are to become, those of UNRESERVE as they are; volumes likewise.
 */
export type Operation = ResourceOperation | ResizeOperation | LaunchOperation | LaunchGroupOperation | MalformedOperation;

/** What an operation does to resources: consumed → produced. Empty `consumed`: extra copies of a shared volume. */
export interface Conversion {
  readonly consumed: Resources;
  readonly produced: Resources;
}

export interface TaskResult {
  readonly taskId: TaskId;
  /** Absent: staged. */
  readonly refusal?: Refusal;
}

/** results[i] of an ACCEPT answers operations[i]. */
export interface OperationResult {
  readonly type: string;
  /** Absent: applied; for a LAUNCH see `tasks`. Of a LAUNCH_GROUP the same as that of each of its tasks. */
  readonly refusal?: Refusal;
  /** Of a DESTROY when unused that waits: who holds the volumes now. */
  readonly waitsFor?: readonly Holder[];
  readonly tasks: readonly TaskResult[];
}

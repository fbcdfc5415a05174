import type { OperationId, Refusal, Result, TaskId } from '@holdfast/core/base';
import type { Resource, Resources } from '@holdfast/core/resources';
import type { TaskInfo } from '@holdfast/core/tasks';

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
export type Operation = ResourceOperation | LaunchOperation | MalformedOperation;

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
  /** Absent: applied; for a LAUNCH see `tasks`. */
  readonly refusal?: Refusal;
  readonly tasks: readonly TaskResult[];
}

import type {
  AgentId,
  Epoch,
  ExecutorId,
  FrameworkId,
  LaunchId,
  OperationId,
  OperationUuid,
  Refusal,
  Revision,
  StoreId,
  TaskId,
} from '@holdfast/core/base';
import type { FaultDomain, FrameworkInfo, OperationStatus, ResizeOperation, ResourceOperation } from '@holdfast/core/offers';
import type { Attribute, Resources } from '@holdfast/core/resources';
import type { ExecutorInfo, TaskInfo, TaskRef, TaskState, TaskStatus } from '@holdfast/core/tasks';
import type { AgentInspection } from '@holdfast/core/verification';

export interface AgentInfo {
  /** Set when the agent was registered before. */
  readonly id?: AgentId;
  readonly hostname: string;
  readonly httpPort: number;
  readonly attributes: readonly Attribute[];
  readonly domain?: FaultDomain;
}

/** The newest status of an operation for which its framework wants feedback; `uuid` is set. */
export interface OperationUpdate {
  readonly frameworkId: FrameworkId;
  readonly status: OperationStatus;
}

export interface ReportedTask {
  readonly framework: FrameworkInfo;
  readonly info: TaskInfo;
  readonly launchId: LaunchId;
  readonly state: TaskState;
  /** It is over, and yet a volume of it is mounted in its custom executor: its holder stays until `task_gone`. Absent: no. */
  readonly isHolding?: boolean;
}

/** A custom executor that runs, with or without tasks. */
export interface ReportedExecutor {
  readonly framework: FrameworkInfo;
  readonly info: ExecutorInfo;
}

/** What names an executor on its agent. */
export interface ExecutorRef {
  readonly frameworkId: FrameworkId;
  readonly executorId: ExecutorId;
}

/** Between a framework and its custom executor, either way; delivered at most once. */
export interface ExecutorMessage extends ExecutorRef {
  readonly data: Uint8Array;
}

export type AgentMessage =
  | {
      readonly kind: 'register';
      readonly agent: AgentInfo;
      readonly storeId: StoreId;
      /** What `--resources` declares, with static reservations, before any operation. */
      readonly configured: Resources;
      /** Dynamic reservations and persistent volumes (B-140). */
      readonly checkpointed: Resources;
      /** Every task whose process is not known to be gone. */
      readonly tasks: readonly ReportedTask[];
      /** Statuses of operations that nobody has acknowledged yet. */
      readonly operations: readonly OperationUpdate[];
      /** Custom executors that run. */
      readonly executors: readonly ReportedExecutor[];
      readonly highestEpoch: Epoch;
      readonly ledgerRevision: Revision;
      readonly bootId: string;
      readonly version: string;
    }
  | { readonly kind: 'operation_outcome'; readonly operationUuid: OperationUuid; readonly refusal?: Refusal }
  /** Re-sent until it is acknowledged (D-094). */
  | ({ readonly kind: 'operation_update' } & OperationUpdate)
  | {
      readonly kind: 'task_update';
      readonly frameworkId: FrameworkId;
      readonly launchId: LaunchId;
      readonly status: TaskStatus;
      readonly latestState: TaskState;
    }
  /** No process of this launch is left and none of its volumes is mounted; repeated until confirmed. */
  | ({ readonly kind: 'task_gone'; readonly cause: string } & TaskRef)
  | ({ readonly kind: 'executor_message' } & ExecutorMessage)
  /** No process of a custom executor is left; repeated until confirmed. `exitStatus` as a shell has it. */
  | ({ readonly kind: 'executor_gone'; readonly exitStatus?: number } & ExecutorRef)
  /** Answers `inspect`. */
  | { readonly kind: 'inspection'; readonly requestId: string; readonly inspection: AgentInspection }
  | { readonly kind: 'pong' };

export interface LinkRequest {
  readonly messages: readonly AgentMessage[];
}

export type MasterMessage =
  | { readonly kind: 'registered'; readonly agentId: AgentId; readonly pingIntervalMs: number; readonly pingTimeoutMs: number }
  | { readonly kind: 'registration_refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'apply_operation';
      readonly operationUuid: OperationUuid;
      /** RESERVE, UNRESERVE, CREATE, DESTROY, GROW_VOLUME or SHRINK_VOLUME; resources without allocation role. */
      readonly operation: ResourceOperation | ResizeOperation;
      /** Set iff the operation has an id: an `operation_update` is wanted as well. */
      readonly frameworkId?: FrameworkId;
      readonly ledgerRevision: Revision;
      readonly traceParent?: string;
    }
  | {
      readonly kind: 'run_task';
      readonly framework: FrameworkInfo;
      readonly info: TaskInfo;
      readonly launchId: LaunchId;
      readonly ledgerRevision: Revision;
      readonly traceParent?: string;
    }
  /** All start or none; each carries the group's executor. */
  | {
      readonly kind: 'run_group';
      readonly framework: FrameworkInfo;
      readonly tasks: readonly { readonly info: TaskInfo; readonly launchId: LaunchId }[];
      readonly ledgerRevision: Revision;
      readonly traceParent?: string;
    }
  | {
      readonly kind: 'acknowledge_operation';
      readonly frameworkId: FrameworkId;
      readonly operationId: OperationId;
      readonly uuid: Uint8Array;
    }
  | { readonly kind: 'shutdown_executor'; readonly frameworkId: FrameworkId; readonly executorId: ExecutorId }
  | { readonly kind: 'kill_task'; readonly frameworkId: FrameworkId; readonly taskId: TaskId; readonly graceMs?: number }
  | { readonly kind: 'acknowledge_update'; readonly frameworkId: FrameworkId; readonly taskId: TaskId; readonly uuid: Uint8Array }
  | { readonly kind: 'shutdown_framework'; readonly frameworkId: FrameworkId }
  /** What exists and is mounted? Answered in the order of the stream. */
  | { readonly kind: 'inspect'; readonly requestId: string }
  | ({ readonly kind: 'executor_message' } & ExecutorMessage)
  | ({ readonly kind: 'executor_gone_confirmed' } & ExecutorRef)
  | { readonly kind: 'ping' }
  | ({ readonly kind: 'task_gone_confirmed' } & TaskRef);

export interface LinkResponse {
  readonly epoch: Epoch;
  readonly messages: readonly MasterMessage[];
}

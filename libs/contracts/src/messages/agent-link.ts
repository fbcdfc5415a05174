import type { AgentId, Epoch, FrameworkId, LaunchId, OperationUuid, Refusal, Revision, StoreId, TaskId } from '@holdfast/core/base';
import type { FrameworkInfo, Operation } from '@holdfast/core/offers';
import type { Attribute, Resources } from '@holdfast/core/resources';
import type { TaskInfo, TaskRef, TaskState, TaskStatus } from '@holdfast/core/tasks';

export interface AgentInfo {
  /** Set when the agent was registered before. */
  readonly id?: AgentId;
  readonly hostname: string;
  readonly httpPort: number;
  readonly attributes: readonly Attribute[];
}

export interface ReportedTask {
  readonly framework: FrameworkInfo;
  readonly info: TaskInfo;
  readonly launchId: LaunchId;
  readonly state: TaskState;
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
      readonly highestEpoch: Epoch;
      readonly ledgerRevision: Revision;
      readonly bootId: string;
      readonly version: string;
    }
  | { readonly kind: 'operation_outcome'; readonly operationUuid: OperationUuid; readonly refusal?: Refusal }
  | {
      readonly kind: 'task_update';
      readonly frameworkId: FrameworkId;
      readonly launchId: LaunchId;
      readonly status: TaskStatus;
      readonly latestState: TaskState;
    }
  /** No process of this launch is left and none of its volumes is mounted; repeated until confirmed. */
  | ({ readonly kind: 'task_gone'; readonly cause: string } & TaskRef)
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
      /** RESERVE, UNRESERVE, CREATE or DESTROY; resources without allocation role. */
      readonly operation: Operation;
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
  | { readonly kind: 'kill_task'; readonly frameworkId: FrameworkId; readonly taskId: TaskId; readonly graceMs?: number }
  | { readonly kind: 'acknowledge_update'; readonly frameworkId: FrameworkId; readonly taskId: TaskId; readonly uuid: Uint8Array }
  | { readonly kind: 'shutdown_framework'; readonly frameworkId: FrameworkId }
  | { readonly kind: 'ping' }
  | ({ readonly kind: 'task_gone_confirmed' } & TaskRef);

export interface LinkResponse {
  readonly epoch: Epoch;
  readonly messages: readonly MasterMessage[];
}

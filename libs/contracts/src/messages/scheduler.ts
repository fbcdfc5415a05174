import type { AgentId, FrameworkId, OfferId, Role, TaskId } from '@holdfast/core/base';
import type { FrameworkInfo, Offer, Operation, OperationResult } from '@holdfast/core/offers';
import type { TaskStatus } from '@holdfast/core/tasks';

export interface SubscribeRequest {
  readonly framework: FrameworkInfo;
  readonly suppressedRoles: readonly Role[];
}

/** `undefined`: absent, hence the default of 5 s (C-050). */
export interface Filters {
  readonly refuseMs?: number;
}

export interface AcceptRequest {
  readonly frameworkId: FrameworkId;
  readonly offerIds: readonly OfferId[];
  readonly operations: readonly Operation[];
  readonly filters: Filters;
}

export interface AcceptResponse {
  readonly results: readonly OperationResult[];
}

export interface DeclineRequest {
  readonly frameworkId: FrameworkId;
  readonly offerIds: readonly OfferId[];
  readonly filters: Filters;
}

export interface DeclineResponse {
  readonly unknownOfferIds: readonly OfferId[];
}

/** REVIVE and SUPPRESS; no roles means all of the framework's. */
export interface RolesRequest {
  readonly frameworkId: FrameworkId;
  readonly roles: readonly Role[];
}

export interface KillRequest {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly agentId?: AgentId;
  readonly graceMs?: number;
}

export interface AcknowledgeRequest {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly taskId: TaskId;
  readonly uuid: Uint8Array;
}

export interface ReconcileRequest {
  readonly frameworkId: FrameworkId;
  readonly tasks: readonly { readonly taskId: TaskId; readonly agentId?: AgentId }[];
}

export interface FrameworkRequest {
  readonly frameworkId: FrameworkId;
}

export type Empty = Readonly<Record<string, never>>;

/** How a framework's capabilities want resources written (B-013, C-077). */
export interface ResourceForm {
  /** MULTI_ROLE: allocation_info is shown. */
  readonly allocationInfo: boolean;
  /** RESERVATION_REFINEMENT: `reservations` stack; otherwise `role` + `reservation`. */
  readonly reservationStack: boolean;
}

export type SchedulerEvent =
  | { readonly type: 'SUBSCRIBED'; readonly frameworkId: FrameworkId; readonly heartbeatIntervalMs: number; readonly master: MasterInfo }
  | { readonly type: 'OFFERS'; readonly offers: readonly Offer[]; readonly form: ResourceForm }
  | { readonly type: 'RESCIND'; readonly offerId: OfferId }
  | { readonly type: 'UPDATE'; readonly status: TaskStatus }
  | { readonly type: 'FAILURE'; readonly agentId?: AgentId }
  | { readonly type: 'ERROR'; readonly message: string }
  | { readonly type: 'HEARTBEAT' };

export interface MasterInfo {
  readonly id: string;
  readonly hostname: string;
  readonly ip: string;
  readonly port: number;
  readonly version: string;
}

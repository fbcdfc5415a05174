import type { AgentId, ExecutorId, FrameworkId, OfferId, OperationId, Refusal, Role, TaskId } from '@holdfast/core/base';
import type {
  FaultDomain,
  FrameworkInfo,
  Offer,
  OfferConstraints,
  Operation,
  OperationResult,
  OperationStatus,
} from '@holdfast/core/offers';
import type { TaskStatus } from '@holdfast/core/tasks';

export interface SubscribeRequest {
  readonly framework: FrameworkInfo;
  readonly suppressedRoles: readonly Role[];
  readonly offerConstraints?: OfferConstraints;
}

/** Replaces what SUBSCRIBE said. */
export interface UpdateFrameworkRequest extends SubscribeRequest {
  readonly frameworkId: FrameworkId;
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

export interface ExecutorRequest {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly executorId: ExecutorId;
}

export interface SendMessageRequest extends ExecutorRequest {
  readonly data: Uint8Array;
}

/** ACCEPT_INVERSE_OFFERS and DECLINE_INVERSE_OFFERS. */
export interface InverseOffersRequest {
  readonly frameworkId: FrameworkId;
  readonly inverseOfferIds: readonly OfferId[];
  readonly filters: Filters;
}

export interface AcknowledgeOperationRequest {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly operationId: OperationId;
  readonly uuid: Uint8Array;
}

export interface ReconcileOperationsRequest {
  readonly frameworkId: FrameworkId;
  readonly operations: readonly { readonly operationId: OperationId; readonly agentId?: AgentId }[];
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

/** Any call, as `Connect` and the Mesos door take it. */
export type SchedulerCall = (({ readonly type: 'SUBSCRIBE' } & SubscribeRequest) | SubscribedCall) & {
  /** Over Connect: the number under which the call is answered. */
  readonly callNumber?: number;
};

/** A call that cannot be read, as the master finds it on a stream of calls: refused alone, the stream goes on. */
export interface MalformedCall {
  readonly type: 'MALFORMED';
  readonly callNumber?: number;
  readonly refusal: Refusal;
}

/** What arrives over Connect. */
export type ConnectCall = SchedulerCall | MalformedCall;

/** What a framework says once it is subscribed. */
export type SubscribedCall =
  | ({ readonly type: 'TEARDOWN' } & FrameworkRequest)
  | ({ readonly type: 'ACCEPT' } & AcceptRequest)
  | ({ readonly type: 'DECLINE' } & DeclineRequest)
  | ({ readonly type: 'ACCEPT_INVERSE_OFFERS' | 'DECLINE_INVERSE_OFFERS' } & InverseOffersRequest)
  | ({ readonly type: 'REVIVE' | 'SUPPRESS' } & RolesRequest)
  | ({ readonly type: 'KILL' } & KillRequest)
  | ({ readonly type: 'SHUTDOWN' } & ExecutorRequest)
  | ({ readonly type: 'ACKNOWLEDGE' } & AcknowledgeRequest)
  | ({ readonly type: 'ACKNOWLEDGE_OPERATION_STATUS' } & AcknowledgeOperationRequest)
  | ({ readonly type: 'RECONCILE' } & ReconcileRequest)
  | ({ readonly type: 'RECONCILE_OPERATIONS' } & ReconcileOperationsRequest)
  | ({ readonly type: 'MESSAGE' } & SendMessageRequest)
  /** Taken and ignored (C-061). */
  | ({ readonly type: 'REQUEST' } & FrameworkRequest)
  | ({ readonly type: 'UPDATE_FRAMEWORK' } & UpdateFrameworkRequest);

/** What became of a call; over Connect an event. */
export interface CallAnswer {
  readonly refusal?: Refusal;
  /** Of ACCEPT: results[i] answers operations[i]. */
  readonly results?: readonly OperationResult[];
  /** Of DECLINE (D-023). */
  readonly unknownOfferIds?: readonly OfferId[];
}

export type SchedulerEvent =
  | { readonly type: 'SUBSCRIBED'; readonly frameworkId: FrameworkId; readonly heartbeatIntervalMs: number; readonly master: MasterInfo }
  | { readonly type: 'OFFERS'; readonly offers: readonly Offer[]; readonly form: ResourceForm }
  | { readonly type: 'RESCIND'; readonly offerId: OfferId }
  | { readonly type: 'UPDATE'; readonly status: TaskStatus }
  | { readonly type: 'UPDATE_OPERATION_STATUS'; readonly status: OperationStatus; readonly form: ResourceForm }
  | { readonly type: 'MESSAGE'; readonly agentId: AgentId; readonly executorId: ExecutorId; readonly data: Uint8Array }
  /** Without executor: the agent was removed. `status`: as of wait(2). */
  | { readonly type: 'FAILURE'; readonly agentId?: AgentId; readonly executorId?: ExecutorId; readonly status?: number }
  /** Over Connect only. */
  | ({ readonly type: 'ANSWER'; readonly callNumber?: number } & CallAnswer)
  | { readonly type: 'ERROR'; readonly message: string }
  | { readonly type: 'HEARTBEAT' };

export interface MasterInfo {
  readonly id: string;
  readonly hostname: string;
  readonly ip: string;
  readonly port: number;
  readonly version: string;
  readonly domain?: FaultDomain;
}

import type { AgentId, ExecutorId, FrameworkId, OfferId } from '@holdfast/core/base';
import type { Offer, OperationStatus } from '@holdfast/core/offers';
import type { TaskStatus } from '@holdfast/core/tasks';

/** What a scheduler hears, by event name. */
export interface SchedulerEvents {
  /** The first subscription, or the same framework again after a lost connection. */
  subscribed: [subscription: { readonly frameworkId: FrameworkId; readonly again: boolean }];
  offers: [offers: readonly Offer[]];
  /** Taken back; the offer is there if it was outstanding here. */
  rescinded: [rescinded: { readonly offerId: OfferId; readonly offer?: Offer }];
  updated: [status: TaskStatus];
  /** What became of an operation with an id; with a uuid it is repeated until it is acknowledged (D-094). */
  operationUpdated: [status: OperationStatus];
  /** From an executor. */
  message: [message: { readonly agentId: AgentId; readonly executorId: ExecutorId; readonly data: Uint8Array }];
  /** An executor has ended, with its status as of wait(2); without an executor: an agent is gone for good. */
  failed: [failure: { readonly agentId?: AgentId; readonly executorId?: ExecutorId; readonly status?: number }];
  heartbeat: [];
  /** The connection is lost and will be made again; all outstanding offers are void (D-010). */
  disconnected: [loss: { readonly reason: string; readonly retryInMs: number }];
  /** An acknowledgement did not get through; the status will be delivered again. */
  unacknowledged: [failure: { readonly status: TaskStatus; readonly reason: string }];
  /** Likewise of an operation's status. */
  operationUnacknowledged: [failure: { readonly status: OperationStatus; readonly reason: string }];
  /** The subscription is over and will not be made again: closed, torn down, refused, or taken over. */
  ended: [reason: string];
}

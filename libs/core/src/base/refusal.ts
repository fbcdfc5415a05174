import type { AgentId, Epoch, ExecutorId, FrameworkId, OfferId, OperationId, Revision, Role, StoreId, TaskId } from './ids';
import type { Holder } from './holder';

/** Every expected no and its facts. The codes are the same words in Lua, TypeScript, proto, metrics and documents. */
export interface RefusalDetails {
  /** Malformed input; `field` is a path such as `resources[0].scalar`. */
  invalid_argument: { field: string; problem: string };
  message_too_large: { limitBytes: number };
  framework_unknown: { frameworkId: FrameworkId };
  framework_removed: { frameworkId: FrameworkId };
  framework_disconnected: { frameworkId: FrameworkId };
  framework_invalid: { problem: string };
  stale_stream: { frameworkId: FrameworkId };
  offer_gone: { offerId: OfferId };
  offer_not_yours: { offerId: OfferId };
  offers_mixed: { problem: string };
  agent_disconnected: { agentId: AgentId };
  agent_unknown: { agentId: AgentId };
  agent_refused: { problem: string };
  /** The operation does not pass validation; `problem` says which rule it breaks. */
  operation_invalid: { problem: string };
  operation_unsupported: { operation: string };
  capability_missing: { capability: string; reason: string };
  insufficient_resources: { needed: string; available: string };
  /** An earlier operation of the same ACCEPT, on which this one builds, was refused. */
  dependency_refused: { operationIndex: number };
  task_invalid: { taskId: TaskId; problem: string };
  volume_exists: { role: Role; persistenceId: string };
  volume_not_found: { role: Role; persistenceId: string };
  volume_not_ready: { role: Role; persistenceId: string; state: string };
  volume_in_use: { role: Role; persistenceId: string; holders: readonly Holder[] };
  /** A destroy of it waits for the last holder already. */
  destroy_pending: { role: Role; persistenceId: string; sinceMs: number; requester: string };
  destroy_not_pending: { role: Role; persistenceId: string; state: string };
  holder_unknown: { role: Role; persistenceId: string; frameworkId: FrameworkId; taskId: TaskId };
  /** What was asked for is older than what is kept. */
  history_trimmed: { storeId: StoreId; afterRevision: Revision; oldestRevision: Revision };
  /** A stream whose client does not read it. */
  reader_too_slow: { unreadBytes: number };
  ledger_unverified: { storeId: StoreId };
  /** `inDoubt`: it was asked and has not answered, so the change may have been made; the report of the agent settles it. */
  ledger_unavailable: { problem: string; inDoubt?: boolean };
  stale_epoch: { epoch: Epoch; highest: Epoch };
  /** The agent could not carry out what the master decided. */
  agent_failed: { problem: string };
  unauthorized: { action: string; principal: string };
  /** Credentials are wanted, and are missing or wrong. */
  unauthenticated: { problem: string };
  /** The caller has proved to be somebody else than the framework says it is (D-003). */
  principal_mismatch: { caller: string; principal: string };
  executor_unknown: { executorId: ExecutorId; agentId: AgentId };
  task_unknown: { frameworkId: FrameworkId; taskId: TaskId };
  /** It has ended, whatever became of it. */
  task_over: { taskId: TaskId; state: string };
  operation_unknown: { operationId: OperationId };
}

export type RefusalCode = keyof RefusalDetails;

export type Advice = 'do_not_retry' | 'retry_later' | 'retry_after_refresh';

export interface Refusal<C extends RefusalCode = RefusalCode> {
  readonly code: C;
  /** One sentence for a person. */
  readonly message: string;
  readonly details: Readonly<RefusalDetails[C]>;
  readonly ledgerRevision?: Revision;
}

const volume = (d: { role: Role; persistenceId: string }) => `volume ${d.role}/${d.persistenceId}`;
const holderLine = (h: Holder) =>
  `task ${h.taskId} of framework ${h.frameworkId} on agent ${h.agentId} (${h.mode}, ${h.state} since ${new Date(h.sinceMs).toISOString()})`;

/** One sentence per code: what was refused, why, who is in the way, what to do next. */
const SENTENCES: { readonly [C in RefusalCode]: (details: RefusalDetails[C]) => string } = {
  invalid_argument: (d) => `${d.field}: ${d.problem}`,
  message_too_large: (d) =>
    `The message is larger than ${d.limitBytes} bytes; split the call, or raise the limit in the master's settings.`,
  framework_unknown: (d) => `Framework ${d.frameworkId} is not known to this master; subscribe first.`,
  framework_removed: (d) => `Framework has been removed: ${d.frameworkId}; subscribe without an id to start anew.`,
  framework_disconnected: (d) => `Framework ${d.frameworkId} is not subscribed; subscribe with its id, then repeat the call.`,
  framework_invalid: (d) => d.problem,
  stale_stream: (d) =>
    `The stream id is not that of the newest subscription of framework ${d.frameworkId}; another connection has taken over.`,
  offer_gone: (d) => `Offer ${d.offerId} is no longer outstanding; wait for the next offers.`,
  offer_not_yours: (d) => `Offer ${d.offerId} was made to another framework.`,
  offers_mixed: (d) => d.problem,
  agent_disconnected: (d) => `Agent ${d.agentId} is disconnected; its resources will be offered again when it is back.`,
  agent_unknown: (d) => `Agent ${d.agentId} is not known to this master.`,
  agent_refused: (d) => d.problem,
  operation_invalid: (d) => d.problem,
  operation_unsupported: (d) => `${d.operation} is not supported.`,
  capability_missing: (d) => `The framework lacks the capability ${d.capability}: ${d.reason}`,
  insufficient_resources: (d) => `Needs ${d.needed}, but only ${d.available || 'nothing'} is left of the accepted offers.`,
  dependency_refused: (d) => `It builds on operation ${d.operationIndex} of the same call, which was refused.`,
  task_invalid: (d) => `Task ${d.taskId}: ${d.problem}`,
  volume_exists: (d) => `${volume(d)} exists already on this agent; choose another persistence id, or use the volume that is there.`,
  volume_not_found: (d) => `${volume(d)} does not exist on this agent with this size, reservation and source.`,
  volume_not_ready: (d) => `${volume(d)} is ${d.state} and takes no new holders.`,
  volume_in_use: (d) =>
    `${volume(d)} is in use by ${d.holders.length} ${d.holders.length === 1 ? 'holder' : 'holders'}: ${d.holders.map(holderLine).join('; ')}. Try again when they have ended.`,
  destroy_pending: (d) =>
    `${volume(d)} is already to be destroyed when unused (asked for by ${d.requester} at ${new Date(d.sinceMs).toISOString()}); cancel that first, or wait.`,
  destroy_not_pending: (d) =>
    `No destroy of ${volume(d)} is waiting: it is ${d.state}. Only one that waits for its last holder can be cancelled.`,
  holder_unknown: (d) => `Task ${d.taskId} of framework ${d.frameworkId} does not hold ${volume(d)}; list its holders.`,
  history_trimmed: (d) =>
    `The history of store ${d.storeId} after revision ${d.afterRevision} is no longer kept (the oldest kept is ${d.oldestRevision}); list the volumes, then watch from the revision of that answer.`,
  reader_too_slow: (d) => `${d.unreadBytes} bytes are unread; begin again where you have read up to, and read faster.`,
  ledger_unverified: (d) =>
    `The ledger of store ${d.storeId} has not yet been reconciled with its agent; nothing is destroyed before that. Try again when the agent has re-registered.`,
  ledger_unavailable: (d) =>
    d.inDoubt
      ? `The volume ledger did not answer (${d.problem}); it is not known whether the change was made. The agent reports anew and the ledger follows it: look again before you repeat.`
      : `The volume ledger cannot be reached (${d.problem}); nothing was changed. Try again later.`,
  stale_epoch: (d) => `Epoch ${d.epoch} is over: epoch ${d.highest} has been seen.`,
  agent_failed: (d) => `The agent could not do it: ${d.problem}`,
  unauthorized: (d) => `Principal ${d.principal || '(none)'} may not ${d.action}.`,
  unauthenticated: (d) => `${d.problem} Send a principal and its secret (HTTP Basic, or the gRPC metadata key 'authorization').`,
  principal_mismatch: (d) =>
    `The caller is authenticated as '${d.caller}', but the framework's principal is '${d.principal}'; they must be equal.`,
  task_unknown: (d) => `Framework ${d.frameworkId} has no task ${d.taskId}, as far as this master knows; list its tasks.`,
  task_over: (d) => `Task ${d.taskId} is over already: ${d.state}.`,
  executor_unknown: (d) => `Executor ${d.executorId} does not run on agent ${d.agentId} for this framework.`,
  operation_unknown: (d) => `Operation ${d.operationId} is not known, or the uuid is not that of its last status; reconcile operations.`,
};

/** Builds a refusal; the sentence follows from the code and its details. */
export function refuse<C extends RefusalCode>(code: C, details: RefusalDetails[C], ledgerRevision?: Revision): Refusal<C> {
  const message = SENTENCES[code](details);
  return ledgerRevision === undefined ? { code, message, details } : { code, message, details, ledgerRevision };
}

/** What the caller does next. */
export const ADVICE: Readonly<Record<RefusalCode, Advice>> = {
  invalid_argument: 'do_not_retry',
  message_too_large: 'do_not_retry',
  framework_unknown: 'do_not_retry',
  framework_removed: 'do_not_retry',
  framework_disconnected: 'retry_after_refresh',
  framework_invalid: 'do_not_retry',
  stale_stream: 'do_not_retry',
  offer_gone: 'retry_after_refresh',
  offer_not_yours: 'do_not_retry',
  offers_mixed: 'do_not_retry',
  agent_disconnected: 'retry_later',
  agent_unknown: 'do_not_retry',
  agent_refused: 'do_not_retry',
  operation_invalid: 'do_not_retry',
  operation_unsupported: 'do_not_retry',
  capability_missing: 'do_not_retry',
  insufficient_resources: 'retry_after_refresh',
  dependency_refused: 'retry_after_refresh',
  task_invalid: 'do_not_retry',
  volume_exists: 'do_not_retry',
  volume_not_found: 'retry_after_refresh',
  volume_not_ready: 'retry_later',
  volume_in_use: 'retry_later',
  destroy_pending: 'retry_after_refresh',
  destroy_not_pending: 'retry_after_refresh',
  holder_unknown: 'retry_after_refresh',
  history_trimmed: 'retry_after_refresh',
  reader_too_slow: 'retry_after_refresh',
  ledger_unverified: 'retry_later',
  ledger_unavailable: 'retry_later',
  stale_epoch: 'do_not_retry',
  agent_failed: 'retry_after_refresh',
  unauthorized: 'do_not_retry',
  unauthenticated: 'do_not_retry',
  principal_mismatch: 'do_not_retry',
  executor_unknown: 'retry_after_refresh',
  task_unknown: 'retry_after_refresh',
  task_over: 'do_not_retry',
  operation_unknown: 'retry_after_refresh',
};

import type { Refusal, RefusalCode } from '@holdfast/core/base';
import type { SubscribedCall } from '@holdfast/contracts';
import type { Answer } from '@holdfast/platform/mesos-http';

/** The one place where a refusal meets HTTP (wire document 13, D-009; architecture 11.3). A code without a row does not compile. */
export const HTTP_STATUS: Readonly<Record<RefusalCode, number>> = {
  invalid_argument: 400,
  message_too_large: 413,
  framework_unknown: 400,
  framework_removed: 400,
  framework_disconnected: 403,
  framework_invalid: 400,
  stale_stream: 400,
  offer_gone: 409,
  offer_not_yours: 403,
  offers_mixed: 400,
  agent_disconnected: 409,
  agent_unknown: 400,
  agent_refused: 409,
  operation_invalid: 400,
  operation_unsupported: 501,
  capability_missing: 400,
  insufficient_resources: 409,
  dependency_refused: 409,
  task_invalid: 400,
  volume_exists: 400,
  volume_not_found: 400,
  volume_not_ready: 409,
  volume_in_use: 400,
  destroy_pending: 409,
  destroy_not_pending: 409,
  holder_unknown: 400,
  history_trimmed: 400,
  reader_too_slow: 400,
  ledger_unverified: 409,
  ledger_unavailable: 503,
  stale_epoch: 503,
  agent_failed: 409,
  unauthorized: 403,
  unauthenticated: 401,
  principal_mismatch: 400,
  executor_unknown: 400,
  task_unknown: 400,
  task_over: 409,
  operation_unknown: 400,
};

export const refusalAnswer = (refusal: Refusal): Answer => ({ status: HTTP_STATUS[refusal.code], text: refusal.message });

/** The status of a call that was taken. Of most, 202 says that and no more: what becomes of them is told by events (wire document 4). */
export const takenStatus = (type: SubscribedCall['type']): number => (type === 'UPDATE_FRAMEWORK' ? 200 : 202);

/** What the ERROR event says that ends a stream. Clients compare the text for removed frameworks (wire document 4). */
export const errorText = ({ code, message }: Refusal): string => (code === 'framework_removed' ? 'Framework has been removed' : message);

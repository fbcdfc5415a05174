import { status } from '@grpc/grpc-js';
import type { RefusalCode } from '@holdfast/core/base';

/** The one place where a refusal meets the wire. A code without a row does not compile. What the caller does next: ADVICE in core. */
export const WIRE: Readonly<Record<RefusalCode, status>> = {
  invalid_argument: status.INVALID_ARGUMENT,
  message_too_large: status.RESOURCE_EXHAUSTED,
  framework_unknown: status.NOT_FOUND,
  framework_removed: status.FAILED_PRECONDITION,
  framework_disconnected: status.FAILED_PRECONDITION,
  framework_invalid: status.INVALID_ARGUMENT,
  stale_stream: status.ABORTED,
  offer_gone: status.NOT_FOUND,
  offer_not_yours: status.PERMISSION_DENIED,
  offers_mixed: status.INVALID_ARGUMENT,
  agent_disconnected: status.UNAVAILABLE,
  agent_unknown: status.NOT_FOUND,
  agent_refused: status.FAILED_PRECONDITION,
  operation_invalid: status.INVALID_ARGUMENT,
  operation_unsupported: status.UNIMPLEMENTED,
  capability_missing: status.FAILED_PRECONDITION,
  insufficient_resources: status.FAILED_PRECONDITION,
  dependency_refused: status.FAILED_PRECONDITION,
  task_invalid: status.INVALID_ARGUMENT,
  volume_exists: status.ALREADY_EXISTS,
  volume_not_found: status.NOT_FOUND,
  volume_not_ready: status.FAILED_PRECONDITION,
  volume_in_use: status.FAILED_PRECONDITION,
  ledger_unverified: status.FAILED_PRECONDITION,
  ledger_unavailable: status.UNAVAILABLE,
  stale_epoch: status.ABORTED,
  agent_failed: status.FAILED_PRECONDITION,
  unauthorized: status.PERMISSION_DENIED,
};

import type { AgentId, OperationId } from '@holdfast/core/base';
import type { Resources } from '@holdfast/core/resources';

/** D-093. */
export type OperationState =
  | 'OPERATION_UNSUPPORTED'
  | 'OPERATION_PENDING'
  | 'OPERATION_FINISHED'
  | 'OPERATION_FAILED'
  | 'OPERATION_ERROR'
  | 'OPERATION_DROPPED'
  | 'OPERATION_UNREACHABLE'
  | 'OPERATION_GONE_BY_OPERATOR'
  | 'OPERATION_RECOVERING'
  | 'OPERATION_UNKNOWN';

export interface OperationStatus {
  readonly operationId: OperationId;
  readonly state: OperationState;
  readonly message?: string;
  /** What it made, once it has finished. */
  readonly converted?: Resources;
  /** Present iff the status must be acknowledged. 16 bytes. */
  readonly uuid?: Uint8Array;
  readonly agentId?: AgentId;
}

const TERMINAL: ReadonlySet<OperationState> = new Set<OperationState>([
  'OPERATION_FINISHED',
  'OPERATION_FAILED',
  'OPERATION_ERROR',
  'OPERATION_DROPPED',
  'OPERATION_GONE_BY_OPERATOR',
]);

/** Whether nothing more becomes of it (D-093). */
export const isOperationOver = (state: OperationState): boolean => TERMINAL.has(state);

import type { FrameworkId, OperationId, Principal } from '@holdfast/core/base';

/**
 * What happens when a volume is still held at the deadline of a destroy that waits.
 * - `cancel`: it is taken back; the volume is ready again.
 * - `kill`: the tasks that hold it are killed by their own kill policy; as ever it is destroyed when the last of them is known to be gone.
 */
export type DrainOutcome = 'cancel' | 'kill';

/** How a DESTROY waits for the last holder, as it is asked for. */
export interface WhenUnused {
  /** New holders that only read are still admitted. */
  readonly admitsReaders: boolean;
  /** From now; absent: it waits as long as it takes. */
  readonly deadlineMs?: number;
  readonly onDeadline: DrainOutcome;
}

/** Whoever asked for a destroy that waits; `operationId` if its framework wants to hear what becomes of it. */
export interface DrainRequester {
  readonly principal?: Principal;
  readonly frameworkId?: FrameworkId;
  readonly operationId?: OperationId;
}

/** A destroy that waits, as the ledger keeps it. */
export interface Drain {
  readonly requester: DrainRequester;
  /** The agent has confirmed that the volume is there: a volume may be drained while it is still `creating`, as a task's scratch space is. */
  readonly isMade: boolean;
  readonly admitsReaders: boolean;
  readonly sinceMs: number;
  /** A moment, in milliseconds since 1970; absent: none. */
  readonly deadlineAtMs?: number;
  readonly onDeadline: DrainOutcome;
}

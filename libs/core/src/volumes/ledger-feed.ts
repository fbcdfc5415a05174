import type { Refusal, Result, Revision, StoreId } from '@holdfast/core/base';
import type { LedgerEntry } from './ledger-unit';

export interface StorePosition {
  readonly storeId: StoreId;
  /** Of the last entry that was seen; 0 begins at the oldest that is kept. */
  readonly revision: Revision;
}

export interface FedEntry {
  readonly storeId: StoreId;
  readonly entry: LedgerEntry;
}

/** The port to the history as it is written. */
export interface LedgerFeed {
  /**
   * Hands over what was written after these positions, then whatever is written, in the order of revisions within each store, until the
   * signal. Resolves with `ok` at the signal; with `history_trimmed` when entries after a position are no longer kept; with
   * `ledger_unavailable` when Redis is lost: the caller begins again from its last positions. Nothing more is handed over before what
   * `onEntries` answered has resolved; meanwhile nothing is gathered but a bounded batch, so a slow follower costs no memory.
   */
  follow(
    positions: readonly StorePosition[],
    onEntries: (entries: readonly FedEntry[]) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<Result<void, Refusal>>;
}

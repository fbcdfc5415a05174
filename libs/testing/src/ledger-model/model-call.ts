import type { Revision } from '@holdfast/core/base';
import type { LedgerEntry, LedgerTransaction, StoreReport } from '@holdfast/core/volumes';
import { make, type ModelChange, type ModelStore } from './model-store';

/** The answer to one unit, in words that can be compared: what it names is part of it. */
export interface ModelAnswer {
  readonly refusal?: string;
  /** The revision at which it was refused. */
  readonly at?: Revision;
  readonly named?: readonly string[];
  readonly generation?: number;
  readonly waitsFor?: readonly string[];
  readonly drained?: readonly string[];
}

/** The answer to a call, and what it adds to the history. */
export interface ModelResult {
  readonly refusal?: string;
  readonly revision: Revision;
  readonly answers: readonly ModelAnswer[];
  readonly unverified: boolean;
  /** Of a report: `<volume> <generation>`. */
  readonly destroying: readonly string[];
  readonly draining: readonly string[];
  readonly entries: readonly LedgerEntry[];
}

export type ModelledCall = LedgerTransaction | StoreReport;

/** What every call passes first: an older epoch changes nothing; a newer one, and writes that were lost, leave the store unverified. */
export function isStale(store: ModelStore, { epoch, seenRevision }: ModelledCall): boolean {
  if (epoch < store.epoch) return true;
  if (epoch > store.epoch || seenRevision > store.revision) store.verified = false;
  store.epoch = epoch;
  store.revision = Math.max(store.revision, seenRevision);
  return false;
}

export const stale = (store: ModelStore): ModelResult => ({ ...answered(store, [], []), refusal: 'stale_epoch' });

export const answered = (store: ModelStore, answers: readonly ModelAnswer[], entries: readonly LedgerEntry[]): ModelResult => ({
  revision: store.revision,
  answers,
  unverified: !store.verified,
  destroying: [],
  draining: [],
  entries,
});

/** Makes changes and writes them down. */
export function scribe(store: ModelStore, { nowMs, traceParent }: ModelledCall, entries: LedgerEntry[]) {
  return (made: ModelChange) => {
    make(store, made);
    const { change, volume, holder, cause, by } = made;
    const generation = store.volumes.get(volume)?.generation ?? 0;
    const entry = { revision: store.revision, atMs: nowMs, change, volume, generation, holder, cause, by, epoch: store.epoch };
    entries.push({ ...entry, traceId: traceParent?.split('-')[1] } as LedgerEntry);
  };
}

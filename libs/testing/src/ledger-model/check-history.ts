import type { LedgerEntry } from '@holdfast/core/volumes';
import { checkCalls, type RecordedCall } from './history-calls';
import { HistoryReplay, type FinalVolume } from './history-replay';

export interface RecordedHistory {
  /** Of one store, as they were read. The beginning may have been trimmed: then only what is seen is judged. */
  readonly entries: readonly LedgerEntry[];
  /** The books, read before the entries were. Volumes may have been read one by one; tombstones may be left out. Absent: not compared. */
  readonly volumes?: readonly FinalVolume[];
  /** Every call that may have changed something, from the first revision on; for a store that has lost no writes. Absent: not judged. */
  readonly calls?: readonly RecordedCall[];
}

/**
 * What is wrong with a recorded history, one line each with the revision and the evidence; empty: nothing. Since each change has a revision,
 * the order in which concurrent calls took effect is known, and one pass over the entries and one over the calls are enough.
 */
export function checkHistory({ entries, volumes, calls }: RecordedHistory): readonly string[] {
  const replay = new HistoryReplay((entries[0]?.revision ?? 1) > 1);
  const read = [...(volumes ?? [])].sort((a, b) => a.revision - b.revision);
  let next = 0;
  const compareUpTo = (revision: number) => {
    for (let volume = read[next]; volume && volume.revision < revision; volume = read[(next += 1)]) replay.compare(volume);
  };
  for (const entry of entries) {
    compareUpTo(entry.revision);
    replay.take(entry);
  }
  compareUpTo(Infinity);
  if (volumes) replay.missing(read);
  return [...replay.violations, ...(calls ? checkCalls(calls, entries) : [])];
}

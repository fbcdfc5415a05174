import { holderId } from '@holdfast/core/base';
import type { LedgerDifference } from './ledger-difference';

/** One text for the same disagreement in two looks; what each of them says of it may have changed. */
export const differenceKey = ({ kind, storeId, volume = '', holder }: LedgerDifference): string =>
  `${kind} ${storeId} ${volume} ${holder ? holderId(holder) : ''}`;

/** What differs in both looks, as the later one has it. */
export function stillDiffering(earlier: readonly LedgerDifference[], later: readonly LedgerDifference[]): readonly LedgerDifference[] {
  const before = new Set(earlier.map(differenceKey));
  return later.filter((difference) => before.has(differenceKey(difference)));
}

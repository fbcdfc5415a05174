import { dependencyRefused } from './volume-refusals';
import { passFence } from './fence';
import { LedgerDraft } from './ledger-draft';
import type { LedgerEntry, LedgerTransaction, LedgerUnit, TransactionResult, UnitResult } from './ledger-unit';
import type { StoreLedger } from './store-ledger';
import { applyUnit } from './apply-unit';

export interface AppliedTransaction {
  readonly ledger: StoreLedger;
  readonly result: TransactionResult;
  /** What this call adds to the store's history. */
  readonly entries: readonly LedgerEntry[];
}

/**
 * Carries out one ledger transaction: its units in order, each all or nothing, each on what the earlier ones left; a unit whose
 * `requires` names one that was refused, or that does not come earlier, is refused itself. The same rule in Lua: `apply.lua`.
 */
export function applyTransaction(ledger: StoreLedger, transaction: LedgerTransaction): AppliedTransaction {
  const draft = new LedgerDraft(ledger, transaction);
  const refusal = passFence(draft, transaction);
  if (refusal) return { ledger, result: { revision: draft.revision, results: [], refusal, unverified: !draft.isVerified }, entries: [] };

  const { units } = transaction;
  const results: UnitResult[] = [];
  while (results.length < units.length) {
    const size = Math.max(1, units[results.length]?.together ?? 1);
    applyTogether(draft, units.slice(results.length, results.length + size), results);
  }
  return { ledger: draft.finished(), result: { revision: draft.revision, results, unverified: !draft.isVerified }, entries: draft.entries };
}

/** Units that stand or fall as one: if any is refused, those that were done are undone, and refused because of the first that was. */
function applyTogether(draft: LedgerDraft, units: readonly LedgerUnit[], results: UnitResult[]): void {
  const first = results.length;
  const before = draft.mark();
  for (const unit of units) {
    const missing = unit.requires?.find((index) => results[index] === undefined || results[index].refusal !== undefined);
    results.push(missing === undefined ? applyUnit(draft, unit) : { refusal: dependencyRefused(missing, draft.revision) });
  }
  const refused = results.findIndex(({ refusal }, at) => at >= first && refusal !== undefined);
  if (refused < 0 || units.length === 1) return;
  draft.backTo(before);
  const because = { refusal: dependencyRefused(refused, draft.revision) };
  for (let at = first; at < results.length; at += 1) {
    const refusal = results[at]?.refusal;
    results[at] = refusal ? { refusal: { ...refusal, ledgerRevision: draft.revision } } : because;
  }
}

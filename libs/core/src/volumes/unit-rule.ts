import type { LedgerDraft } from './ledger-draft';
import type { LedgerUnit, UnitResult } from './ledger-unit';

export type UnitOf<K extends LedgerUnit['kind']> = Extract<LedgerUnit, { readonly kind: K }>;

/** Carries one unit out, all of it or nothing of it. Lua: one file of the same name under the registry's `ledger/scripts`. */
export type UnitRule<K extends LedgerUnit['kind']> = (draft: LedgerDraft, unit: UnitOf<K>) => UnitResult;

export const DONE: UnitResult = {};

import type { StoreId } from '@holdfast/core/base';
import {
  applyTransaction,
  emptyLedger,
  ledgerVolumes,
  reconcileStore,
  type LedgerEntry,
  type LedgerTransaction,
  type LedgerVolume,
  type ReconcileOutcome,
  type StoreLedger,
  type StoreReport,
  type TransactionResult,
  type VolumeStore,
} from '@holdfast/core/volumes';

type Query<M extends 'readVolumes' | 'readHistory'> = Parameters<VolumeStore[M]>[0];

/** The ledger's rules over plain memory, for tests and simulation; keeps every promise of the port but durability. */
export class MemoryVolumeStore implements VolumeStore {
  private readonly ledgers = new Map<StoreId, StoreLedger>();
  private readonly histories = new Map<StoreId, LedgerEntry[]>();

  async apply(transaction: LedgerTransaction): Promise<TransactionResult> {
    const { ledger, result, entries } = applyTransaction(this.ledger(transaction.storeId), transaction);
    this.keep(ledger, entries);
    return result;
  }

  async reconcile(report: StoreReport): Promise<ReconcileOutcome> {
    const { ledger, outcome, entries } = reconcileStore(this.ledger(report.storeId), report);
    this.keep(ledger, entries);
    return outcome;
  }

  async readVolumes({ storeIds, volume }: Query<'readVolumes'>): Promise<readonly LedgerVolume[]> {
    return storeIds
      .flatMap((storeId) => ledgerVolumes(this.ledger(storeId)))
      .filter((known) => volume === undefined || known.volume === volume);
  }

  async readHistory({ storeId, volume, afterRevision, limit }: Query<'readHistory'>): Promise<readonly LedgerEntry[]> {
    return (this.histories.get(storeId) ?? [])
      .filter((entry) => entry.revision > afterRevision && (volume === undefined || entry.volume === volume))
      .slice(0, limit);
  }

  private ledger(storeId: StoreId): StoreLedger {
    return this.ledgers.get(storeId) ?? emptyLedger(storeId);
  }

  private keep(ledger: StoreLedger, entries: readonly LedgerEntry[]): void {
    this.ledgers.set(ledger.storeId, ledger);
    this.histories.set(ledger.storeId, [...(this.histories.get(ledger.storeId) ?? []), ...entries]);
  }
}

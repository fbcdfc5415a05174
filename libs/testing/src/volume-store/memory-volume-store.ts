import { holderId, ok, type Result, type StoreId } from '@holdfast/core/base';
import {
  applyTransaction,
  compareText,
  emptyLedger,
  holdersOf,
  isVerified,
  ledgerVolumes,
  reconcileStore,
  type HolderPage,
  type LedgerEntry,
  type LedgerFeed,
  type LedgerTransaction,
  type LedgerVolume,
  type ReconcileOutcome,
  type StoreLedger,
  type StoreReport,
  type StoreStanding,
  type TransactionResult,
  type VolumeStore,
} from '@holdfast/core/volumes';

type Query<M extends 'readVolumes' | 'readHolders' | 'readHistory'> = Parameters<VolumeStore[M]>[0];

/** How many entries a batch of the feed has at most, so that a short story has several. */
const BATCH = 3;

/** The ledger's rules over plain memory, for tests and simulation; keeps every promise of its two ports but durability, and all history. */
export class MemoryVolumeStore implements VolumeStore, LedgerFeed {
  private readonly ledgers = new Map<StoreId, StoreLedger>();
  private readonly histories = new Map<StoreId, LedgerEntry[]>();
  private readonly onWritten = new Set<() => void>();

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

  /** The token is the id of the last holder of the page before. */
  async readHolders({ storeId, volume, from = '', limit }: Query<'readHolders'>): Promise<HolderPage | undefined> {
    const { holdings, volumes, revision } = this.ledger(storeId);
    if (!volumes.has(volume)) return undefined;
    const all = holdersOf(holdings, volume);
    const rest = all.filter((holder) => compareText(holderId(holder), from) > 0);
    const holders = rest.slice(0, limit);
    const last = holders.at(-1);
    return { holders, count: all.length, revision, ...(last && rest.length > limit && { next: holderId(last) }) };
  }

  async readStores(): Promise<readonly StoreStanding[]> {
    return [...this.ledgers.values()]
      .map((ledger) => ({ storeId: ledger.storeId, epoch: ledger.epoch, revision: ledger.revision, isVerified: isVerified(ledger) }))
      .sort((a, b) => compareText(a.storeId, b.storeId));
  }

  async follow(...[positions, onEntries, signal]: Parameters<LedgerFeed['follow']>): Promise<Result<void>> {
    const at = new Map(positions.map(({ storeId, revision }) => [storeId, revision]));
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    while (!signal.aborted) {
      const written = new Promise<void>((resolve) => this.onWritten.add(resolve));
      const batch = [...at].flatMap(([storeId, after]) =>
        (this.histories.get(storeId) ?? [])
          .filter(({ revision }) => revision > after)
          .slice(0, BATCH)
          .map((entry) => ({ storeId, entry })),
      );
      for (const { storeId, entry } of batch) at.set(storeId, entry.revision);
      await Promise.race([aborted, batch.length > 0 ? onEntries(batch) : written]);
    }
    return ok(undefined);
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
    for (const call of this.onWritten) call();
    this.onWritten.clear();
  }
}

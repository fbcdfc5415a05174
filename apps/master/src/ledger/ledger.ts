import type { Refusal, Revision, StoreId } from '@holdfast/core/base';
import type {
  HolderPage,
  DrainedVolume,
  LedgerEntry,
  LedgerFeed,
  LedgerUnit,
  LedgerVolume,
  ReconcileOutcome,
  StoreReport,
  StoreStanding,
  UnitResult,
  VolumeKey,
} from '@holdfast/core/volumes';

export type LedgerAnswer =
  | { readonly ok: true; readonly revision: Revision; readonly results: readonly UnitResult[] }
  /** The whole transaction was refused; nothing of it took effect, or the store is reconciled before anything else does. */
  | { readonly ok: false; readonly refusal: Refusal };

/** The port to the ledger, with epoch, revision and time filled in. */
export interface Ledger {
  apply(storeId: StoreId, units: readonly LedgerUnit[]): Promise<LedgerAnswer>;
  /**
   * For what must reach the ledger sooner or later (releases, confirmations): in order, retried while the ledger is away.
   * Resolves when written. A re-registration of the agent reconciles what a crash of ours loses.
   */
  record(storeId: StoreId, unit: LedgerUnit): Promise<void>;
  reconcile(
    report: Pick<StoreReport, 'storeId' | 'agentId' | 'volumes' | 'holders' | 'by'> & { readonly agentRevision: Revision },
  ): Promise<ReconcileOutcome>;
  readVolumes(storeIds: readonly StoreId[], volume?: VolumeKey): Promise<readonly LedgerVolume[]>;
  readHolders(
    storeId: StoreId,
    volume: VolumeKey,
    page: { readonly from?: string; readonly limit: number },
  ): Promise<HolderPage | undefined>;
  readStores(): Promise<readonly StoreStanding[]>;
  /** Resolves when everything that was to be recorded for this store until now is written; false: not within the time. */
  settled(storeId: StoreId, timeoutMs: number): Promise<boolean>;
  readonly feed: LedgerFeed;
  readHistory(storeId: StoreId, volume: VolumeKey | undefined, afterRevision: Revision, limit: number): Promise<readonly LedgerEntry[]>;
  /** The highest revision seen of a store. */
  revisionOf(storeId: StoreId): Revision;
  readonly isLinked: boolean;
}

/** What the ledger tells the rest of the master. */
export interface LedgerListener {
  /** The store's ledger and its agent may differ: the agent is asked to report anew. */
  storeInDoubt(storeId: StoreId, reason: string): void;
  /** The last holder of volumes that waited for it has left: they are `destroying` from now on, and their agent is to delete them. */
  drained(storeId: StoreId, volumes: readonly DrainedVolume[]): void;
  /** The link is back after an absence. */
  ledgerBack(): void;
  /** A later epoch has been seen: this master must stop. */
  fenced(refusal: Refusal): void;
}

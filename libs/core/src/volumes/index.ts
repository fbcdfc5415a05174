export { volumeKey, splitVolumeKey, type VolumeKey } from './volume-key';
export { canBecome, admitsHolders, type VolumeState } from './volume-state';
export { describeRequester, describeTerms, isSameDrain, type DrainTerms } from './drain-terms';
export type { Drain, DrainOutcome, DrainRequester, WhenUnused } from './drain';
export type { FedEntry, LedgerFeed, StorePosition } from './ledger-feed';
export type {
  DestroyedVolume,
  DrainedVolume,
  HolderPage,
  HolderRef,
  LedgerEntry,
  LedgerTransaction,
  LedgerUnit,
  LedgerVolume,
  ReconcileOutcome,
  StoreReport,
  StoreStanding,
  TransactionResult,
  UnitResult,
  VolumeStore,
} from './ledger-unit';
export { hold, holderOf, holdersOf, isHeldBy, NOBODY, referenceCount, release, sortHolders, compareText, type Holdings } from './holdings';
export { emptyLedger, isVerified, ledgerVolumes, type StoreLedger, type VolumeRecord } from './store-ledger';
export { applyTransaction, type AppliedTransaction } from './volume-rules';
export { reconcileStore, type ReconciledStore } from './reconcile-store';
export { describeDifference, type Difference, type LedgerChange, type ReconcileCause } from './ledger-change';
export { asRecorded, resourceText } from './recorded-resource';
export { traceIdOf } from './trace-id';
export {
  creationOver,
  dependencyRefused,
  destroyNotPending,
  destroyPending,
  ledgerUnverified,
  notAHolder,
  notBeingDestroyed,
  volumeExists,
  volumeInUse,
  volumeNotFound,
  volumeNotReady,
} from './volume-refusals';

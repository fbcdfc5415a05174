export { openLedger, type Ledger, type LedgerOptions } from './open-ledger';
export { ObservedVolumeStore } from './observed-volume-store';
export { LedgerAway } from './ledger-connection';

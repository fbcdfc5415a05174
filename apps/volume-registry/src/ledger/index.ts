export { openLedger, type Ledger, type LedgerOptions } from './open-ledger';
export { ObservedVolumeStore } from './observed-volume-store';
export { ObservedLedgerFeed } from './observed-ledger-feed';
export { isHolderCursor } from './read-holders';
export { LedgerAway } from './ledger-connection';

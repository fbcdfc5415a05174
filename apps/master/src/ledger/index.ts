export type { Ledger, LedgerAnswer, LedgerListener } from './ledger';
export { RemoteLedger } from './remote-ledger';

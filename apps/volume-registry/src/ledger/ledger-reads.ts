import type { Scripts } from '@holdfast/platform/redis';
import type { LedgerKeys } from './keys';
import type { LedgerConnection } from './ledger-connection';

/** What every read of the ledger needs. */
export interface LedgerReads {
  readonly connection: LedgerConnection;
  readonly scripts: Scripts;
  readonly keys: LedgerKeys;
}

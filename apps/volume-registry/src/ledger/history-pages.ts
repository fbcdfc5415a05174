import type { Revision, StoreId } from '@holdfast/core/base';
import type { LedgerEntry } from '@holdfast/core/volumes';
import { readHistoryEntry } from './history-entry';
import type { LedgerReads } from './ledger-reads';

/** How many entries a page has at most: what a follower costs in memory. */
const PAGE = 100;

export type HistoryPage =
  | {
      readonly isTrimmed: false;
      readonly entries: readonly LedgerEntry[];
      /** There may be more after these. */
      readonly isFull: boolean;
      /** How far the history went when the page was read; 0: nothing was ever written. */
      readonly lastRevision: Revision;
    }
  | { readonly isTrimmed: true; readonly oldestRevision: Revision };

/** Reads the history in pages. Followers that want the same page at the same time share one answer, unless there are news in between. */
export class HistoryPages {
  private readonly asked = new Map<string, Promise<HistoryPage>>();

  constructor(private readonly reads: LedgerReads) {}

  /** Throws LedgerAway or RedisFault. */
  read(storeId: StoreId, after: Revision): Promise<HistoryPage> {
    const name = `${after} ${storeId}`;
    const known = this.asked.get(name);
    if (known) return known;
    const page = this.ask(storeId, after).finally(() => {
      if (this.asked.get(name) === page) this.asked.delete(name);
    });
    this.asked.set(name, page);
    return page;
  }

  /** Something has been written: whoever hears of it must not get an answer that is older. */
  renew(): void {
    this.asked.clear();
  }

  private async ask(storeId: StoreId, after: Revision): Promise<HistoryPage> {
    const { connection, scripts, keys } = this.reads;
    const reply = (await connection.run((redis) =>
      scripts.run(redis, 'read-entries', { keys: { history: keys.history(storeId) }, args: { after, limit: PAGE } }),
    )) as ['read', last: number, ...entries: [id: string, fields: string[]][]] | ['trimmed', oldest: number];
    if (reply[0] === 'trimmed') return { isTrimmed: true, oldestRevision: reply[1] };
    const [, lastRevision, ...entries] = reply;
    return {
      isTrimmed: false,
      entries: entries.map(([id, fields]) => readHistoryEntry(id, fields)),
      isFull: entries.length === PAGE,
      lastRevision,
    };
  }
}

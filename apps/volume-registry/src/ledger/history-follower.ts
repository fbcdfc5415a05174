import { ok, refuse, refused, type Refusal, type Result, type Revision, type StoreId } from '@holdfast/core/base';
import type { FedEntry, LedgerFeed, StorePosition } from '@holdfast/core/volumes';
import type { HistoryPages } from './history-pages';
import type { HistoryWatch, HistoryWatcher } from './history-watch';

/** How many pages make a batch: all that a follower keeps in memory. */
const PAGES_AT_ONCE = 8;

/**
 * Reads, for one follower, what was written after its positions, page by page, then whatever the watch says is new. Everything comes from
 * the history itself, after the last entry that was handed over, so nothing is lost or told twice, however much was missed in between.
 */
export class HistoryFollower implements HistoryWatcher {
  private readonly positions = new Map<StoreId, Revision>();
  /** Where there is, or may be, something to read; the longest waiting first. */
  private readonly unread = new Set<StoreId>();
  /** How far each store's history went at its first page; the watch takes them over once all are known. */
  private readonly readUpTo = new Map<StoreId, Revision>();
  private isJoined = false;
  private problem: string | undefined;
  private ring = () => {};

  constructor(
    positions: readonly StorePosition[],
    private readonly pages: HistoryPages,
    private readonly watch: HistoryWatch,
    private readonly onEntries: Parameters<LedgerFeed['follow']>[1],
    private readonly signal: AbortSignal,
  ) {
    for (const { storeId, revision } of positions) {
      this.positions.set(storeId, Math.min(revision, this.positions.get(storeId) ?? revision));
      this.unread.add(storeId);
    }
  }

  wake(storeId: StoreId): void {
    this.unread.add(storeId);
    this.ring();
  }

  lose(problem: string): void {
    this.problem = problem;
    this.ring();
  }

  /** Throws LedgerAway or RedisFault when a page cannot be read, and what `onEntries` throws. */
  async run(): Promise<Result<void, Refusal>> {
    const { signal, watch } = this;
    let stop = () => {};
    const aborted = new Promise<void>((resolve) => {
      stop = () => {
        resolve();
        this.ring();
      };
    });
    signal.addEventListener('abort', stop);
    watch.enter(this);
    try {
      while (!signal.aborted) {
        if (this.problem !== undefined) return refused(refuse('ledger_unavailable', { problem: this.problem }));
        const batch = await this.read();
        if (!batch.ok) return batch;
        if (signal.aborted) break;
        if (batch.value.length > 0) await Promise.race([this.onEntries(batch.value), aborted]);
        if (this.unread.size === 0 && this.problem === undefined && !signal.aborted) await this.something();
      }
      return ok(undefined);
    } finally {
      signal.removeEventListener('abort', stop);
      watch.leave(this);
    }
  }

  private async read(): Promise<Result<readonly FedEntry[]>> {
    const some = [...this.unread].slice(0, PAGES_AT_ONCE);
    for (const storeId of some) this.unread.delete(storeId);
    const pages = await Promise.all(some.map((storeId) => this.pages.read(storeId, this.positionOf(storeId))));
    const batch: FedEntry[] = [];
    for (const [at, storeId] of some.entries()) {
      const page = pages[at];
      if (!page) continue;
      if (page.isTrimmed) {
        const { oldestRevision } = page;
        return refused(refuse('history_trimmed', { storeId, afterRevision: this.positionOf(storeId), oldestRevision }));
      }
      for (const entry of page.entries) batch.push({ storeId, entry });
      const last = page.entries.at(-1);
      if (last) this.positions.set(storeId, last.revision);
      if (page.isFull) this.unread.add(storeId);
      if (!this.isJoined) this.readUpTo.set(storeId, page.lastRevision);
    }
    this.joinWhenAllAreKnown();
    return ok(batch);
  }

  /** All at once: each time the watch has to ask Redis anew for every store that it has. */
  private joinWhenAllAreKnown(): void {
    if (this.isJoined || this.readUpTo.size < this.positions.size) return;
    this.isJoined = true;
    this.watch.join(this, [...this.readUpTo]);
    this.readUpTo.clear();
  }

  private positionOf(storeId: StoreId): Revision {
    return this.positions.get(storeId) ?? 0;
  }

  /** Resolves when there is something to do, or nothing more. */
  private async something(): Promise<void> {
    await new Promise<void>((resolve) => (this.ring = resolve));
    this.ring = () => {};
  }
}

import type { Refusal, Result, Revision, StoreId } from '@holdfast/core/base';
import type { FedEntry, LedgerEntry, LedgerFeed, StorePosition } from '@holdfast/core/volumes';

/** A follower that writes down what it is told; its promises are kept as soon as that is enough. */
export class FeedRecord {
  readonly batches: (readonly FedEntry[])[] = [];
  readonly ended: Promise<Result<void, Refusal>>;
  private readonly stopped = new AbortController();
  private readonly waiting = new Set<() => void>();

  /** `take`: what the feed must wait for before it hands over more. */
  constructor(
    feed: LedgerFeed,
    positions: readonly StorePosition[],
    take: (batch: readonly FedEntry[]) => Promise<void> | void = () => {},
  ) {
    const onEntries = (batch: readonly FedEntry[]) => {
      this.batches.push(batch);
      for (const look of this.waiting) look();
      return take(batch);
    };
    this.ended = feed.follow(positions, onEntries, this.stopped.signal);
  }

  /** In the order in which they came. */
  of(storeId: StoreId): readonly LedgerEntry[] {
    return this.batches.flat().flatMap((fed) => (fed.storeId === storeId ? [fed.entry] : []));
  }

  revisions(storeId: StoreId): readonly Revision[] {
    return this.of(storeId).map(({ revision }) => revision);
  }

  /** Once this entry, or a later one, of the store was told; rejects if the feed ends before. */
  async until(storeId: StoreId, revision: Revision): Promise<void> {
    const isThere = () => (this.of(storeId).at(-1)?.revision ?? 0) >= revision;
    if (isThere()) return;
    const there = new Promise<void>((resolve) => {
      const look = () => {
        if (!isThere()) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
    });
    const over = this.ended.then((result) => {
      if (!isThere()) throw new Error(`the feed ended before revision ${revision} of ${storeId}: ${JSON.stringify(result)}`);
    });
    await Promise.race([there, over]);
  }

  /** Ends it from our side. */
  stop(): Promise<Result<void, Refusal>> {
    this.stopped.abort();
    return this.ended;
  }
}

import type { StoreId } from '@holdfast/core/base';

/**
 * One run at a time for each store. Whoever asks while one goes on waits for the next, which all who wait for the same share: a run that
 * had begun before would say nothing of what has happened since.
 */
export class StoreTurns<T> {
  private readonly tails = new Map<StoreId, Promise<unknown>>();
  private readonly waiting = new Map<string, Promise<T>>();

  /** `settleMs`: runs of different patience are not the same. */
  run(storeId: StoreId, settleMs: number, work: () => Promise<T>): Promise<T> {
    const key = `${storeId} ${settleMs}`;
    const shared = this.waiting.get(key);
    if (shared) return shared;
    const before = this.tails.get(storeId) ?? Promise.resolve();
    const turn = before.then(() => {
      this.waiting.delete(key);
      return work();
    });
    this.waiting.set(key, turn);
    const tail = turn.then(
      () => undefined,
      () => undefined,
    );
    this.tails.set(storeId, tail);
    void tail.then(() => {
      if (this.tails.get(storeId) === tail) this.tails.delete(storeId);
    });
    return turn;
  }
}

import type { StoreId, Timers } from '@holdfast/core/base';

/** Between questions whether the ledger's Redis is back. */
const ASK_AGAIN_MS = 500;

/**
 * Stores whose agent could not be reconciled, because the registry's Redis was away. Nothing tells us when that is back, so each is asked for
 * until it answers: its agent is reconciled then, and not only when somebody happens to need it.
 */
export class RedisReturn {
  private readonly awaited = new Map<StoreId, () => void>();

  constructor(
    /** Whether the ledger of this store answers. */
    private readonly answers: (storeId: StoreId) => Promise<boolean>,
    private readonly back: (storeId: StoreId) => void,
    private readonly timers: Timers,
  ) {}

  await(storeId: StoreId): void {
    if (!this.awaited.has(storeId)) this.askLater(storeId);
  }

  /** It has been reconciled. */
  forget(storeId: StoreId): void {
    this.awaited.get(storeId)?.();
    this.awaited.delete(storeId);
  }

  forgetAll(): void {
    for (const storeId of [...this.awaited.keys()]) this.forget(storeId);
  }

  private askLater(storeId: StoreId): void {
    this.awaited.set(
      storeId,
      this.timers.after(ASK_AGAIN_MS, () => void this.ask(storeId)),
    );
  }

  private async ask(storeId: StoreId): Promise<void> {
    const stillAwaited = this.awaited.get(storeId);
    const isBack = await this.answers(storeId);
    if (this.awaited.get(storeId) !== stillAwaited) return;
    if (!isBack) return this.askLater(storeId);
    this.awaited.delete(storeId);
    this.back(storeId);
  }
}

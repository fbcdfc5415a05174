import type { StoreId, Timers } from '@holdfast/core/base';
import type { LedgerUnit } from '@holdfast/core/volumes';
import type { Logger } from '@holdfast/platform/process';
import type { LedgerAnswer } from './ledger';

/** Between attempts to write what is owed, while the ledger cannot be reached. */
const PAY_RETRY_MS = 500;

interface Owed {
  readonly unit: LedgerUnit;
  readonly whenWritten: Promise<void>;
  readonly written: () => void;
}

/** Units that must be written sooner or later: per store in order, tried again while the ledger is away. */
export class OwedUnits {
  /** Oldest first. */
  private readonly owed = new Map<StoreId, Owed[]>();
  /** Stores whose debts are being written, or wait for the next attempt. */
  private readonly paying = new Set<StoreId>();

  constructor(
    private readonly apply: (storeId: StoreId, units: readonly LedgerUnit[]) => Promise<LedgerAnswer>,
    private readonly timers: Timers,
    private readonly log: Logger,
  ) {}

  /** Resolves when it is written, or the ledger has refused it for good. */
  record(storeId: StoreId, unit: LedgerUnit): Promise<void> {
    let written!: () => void;
    const whenWritten = new Promise<void>((resolve) => (written = resolve));
    const owed = { unit, whenWritten, written };
    const queue = this.owed.get(storeId);
    if (queue) queue.push(owed);
    else this.owed.set(storeId, [owed]);
    void this.payOff(storeId);
    return whenWritten;
  }

  /** Whether what is owed to this store now is written within the time. */
  settled(storeId: StoreId, timeoutMs: number): Promise<boolean> {
    const last = this.owed.get(storeId)?.at(-1);
    if (!last) return Promise.resolve(true);
    return new Promise((resolve) => {
      const cancel = this.timers.after(timeoutMs, () => resolve(false));
      void last.whenWritten.then(() => {
        cancel();
        resolve(true);
      });
    });
  }

  /** Writes what is owed to one store, in order; starts again after a pause while the ledger cannot. */
  private async payOff(storeId: StoreId): Promise<void> {
    if (this.paying.has(storeId)) return;
    this.paying.add(storeId);
    for (let debts = this.owed.get(storeId) ?? []; debts.length > 0; debts = this.owed.get(storeId) ?? []) {
      const answer = await this.apply(
        storeId,
        debts.map(({ unit }) => unit),
      );
      if (!answer.ok) {
        this.timers.after(PAY_RETRY_MS, () => {
          this.paying.delete(storeId);
          void this.payOff(storeId);
        });
        return;
      }
      const written = debts.splice(0, answer.results.length);
      answer.results.forEach(({ refusal }, index) => {
        if (refusal) this.log.warn({ storeId, unit: written[index]?.unit.kind, refusal: refusal.message }, 'the ledger refused a record');
        written[index]?.written();
      });
    }
    this.owed.delete(storeId);
    this.paying.delete(storeId);
  }
}

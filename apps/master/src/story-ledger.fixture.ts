import { refuse } from '@holdfast/core/base';
import type { DrainedVolume, LedgerFeed, LedgerUnit, ReconcileOutcome } from '@holdfast/core/volumes';
import { MemoryVolumeStore } from '@holdfast/testing/volume-store';
import type { Ledger, LedgerAnswer } from './ledger';

/** The ledger's own rules in memory, reachable or not; releases of last holders are told to whoever listens. */
export class StoryLedger implements Ledger {
  isLinked = true;
  readonly recorded: LedgerUnit[] = [];
  feed: LedgerFeed;
  private readonly owed: (() => Promise<void>)[] = [];

  constructor(
    private readonly nowMs: () => number,
    private readonly drained: (storeId: string, volumes: readonly DrainedVolume[]) => void = () => undefined,
    readonly store = new MemoryVolumeStore(),
    private readonly epoch = 1,
  ) {
    this.feed = store;
  }

  revisionOf(): number {
    return 0;
  }

  async apply(storeId: string, units: readonly LedgerUnit[]): Promise<LedgerAnswer> {
    if (!this.isLinked) return { ok: false, refusal: refuse('ledger_unavailable', { problem: 'away' }) };
    const { refusal, revision, results } = await this.store.apply({
      storeId,
      epoch: this.epoch,
      seenRevision: 0,
      nowMs: this.nowMs(),
      units,
    });
    if (refusal) return { ok: false, refusal };
    for (const { drained } of results) if (drained) this.drained(storeId, drained);
    return { ok: true, revision, results };
  }

  async record(storeId: string, unit: LedgerUnit): Promise<void> {
    this.recorded.push(unit);
    const write = async () => void (await this.apply(storeId, [unit]));
    if (this.isLinked) return write();
    return new Promise((resolve) => this.owed.push(() => write().then(resolve)));
  }

  /** The ledger is reachable again, and what was owed to it is written. */
  async comeBack(): Promise<void> {
    this.isLinked = true;
    for (const pay of this.owed.splice(0)) await pay();
  }

  async settled(): Promise<boolean> {
    return this.owed.length === 0;
  }

  async reconcile(report: Parameters<Ledger['reconcile']>[0]): Promise<ReconcileOutcome> {
    const refusal = refuse('ledger_unavailable', { problem: 'away' });
    if (!this.isLinked) return { revision: 0, refusal, differences: [], destroying: [], draining: [] };
    const { agentRevision: seenRevision, ...known } = report;
    return this.store.reconcile({ ...known, epoch: this.epoch, seenRevision, nowMs: this.nowMs() });
  }

  readVolumes(storeIds: readonly string[], volume?: string) {
    return this.store.readVolumes({ storeIds, ...(volume !== undefined && { volume }) });
  }

  readHolders(storeId: string, volume: string, page: { readonly from?: string; readonly limit: number }) {
    return this.store.readHolders({ storeId, volume, ...page });
  }

  readStores() {
    return this.store.readStores();
  }

  readHistory(storeId: string, volume: string | undefined, afterRevision: number, limit: number) {
    return this.store.readHistory({ storeId, afterRevision, limit, ...(volume !== undefined && { volume }) });
  }
}

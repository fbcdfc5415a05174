import type { StoreId } from '@holdfast/core/base';
import type { LedgerUnit, VolumeStore } from '@holdfast/core/volumes';
import { taskVolume } from '../load';
import { AGENT, FRAMEWORK, launchName, STORE, taskName, volumeName, type Ledgerlike, type Step } from './step';

/** The ledger of the volume registry, as its service uses it. */
export class RealLedger implements Ledgerlike {
  private revision = 0;

  private constructor(
    private readonly store: VolumeStore,
    private readonly storeId: StoreId,
  ) {}

  /** A reconciled store with ready shared volumes. */
  static async open(store: VolumeStore, volumes: number, storeId: StoreId = STORE): Promise<RealLedger> {
    const ledger = new RealLedger(store, storeId);
    const reported = Array.from({ length: volumes }, (_, volume) => ({ volume: volumeName(volume), resource: taskVolume }));
    const report = { storeId, agentId: AGENT, epoch: 1, seenRevision: 0, nowMs: Date.now(), volumes: reported, holders: [] };
    const { refusal, revision } = await store.reconcile(report);
    if (refusal) throw new Error(refusal.message);
    ledger.revision = revision;
    return ledger;
  }

  async transact(steps: readonly Step[]): Promise<void> {
    const nowMs = Date.now();
    const transaction = { storeId: this.storeId, epoch: 1, seenRevision: this.revision, nowMs, units: steps.map(unitOf) };
    const { refusal, results, revision } = await this.store.apply(transaction);
    const refused = refusal ?? results.find((result) => result.refusal)?.refusal;
    if (refused) throw new Error(refused.message);
    this.revision = Math.max(this.revision, revision);
  }
}

function unitOf({ kind, volume, holder }: Step): LedgerUnit {
  const ref = { frameworkId: FRAMEWORK, taskId: taskName(holder), launchId: launchName(holder), agentId: AGENT };
  const name = volumeName(volume);
  return kind === 'acquire'
    ? { kind: 'acquire_volumes', holder: ref, volumes: [{ volume: name, mode: 'RW' }] }
    : { kind: 'release_volumes', holder: ref, volumes: [name], cause: 'TASK_FINISHED' };
}

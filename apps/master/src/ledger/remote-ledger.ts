import type { Clock, Epoch, Revision, StoreId, Timers } from '@holdfast/core/base';
import { refuse } from '@holdfast/core/base';
import type { LedgerEntry, LedgerUnit, LedgerVolume, ReconcileOutcome, TransactionResult, VolumeKey } from '@holdfast/core/volumes';
import { volumeRegistryService } from '@holdfast/contracts';
import { RpcFault, type RpcClient } from '@holdfast/platform/rpc';
import { currentTraceParent } from '@holdfast/platform/telemetry';
import type { Logger } from '@holdfast/platform/process';
import type { Ledger, LedgerAnswer, LedgerListener } from './ledger';
import { RegistryLink } from './registry-link';

const CALL_DEADLINE_MS = 5_000;
/** Between attempts to write what is owed, while the registry answers that Redis is away. */
const PAY_RETRY_MS = 500;

/** A unit that must be written sooner or later. */
interface Owed {
  readonly unit: LedgerUnit;
  readonly written: () => void;
}

/** The ledger behind the volume registry. */
export class RemoteLedger implements Ledger {
  private readonly link: RegistryLink;
  private readonly revisions = new Map<StoreId, Revision>();
  /** Units that wait for the registry to come back, oldest first, per store. */
  private readonly owed = new Map<StoreId, Owed[]>();
  /** Stores whose debts are being written, or wait for the next attempt. */
  private readonly paying = new Set<StoreId>();

  constructor(
    private readonly client: RpcClient,
    private readonly leadership: { readonly epoch: Epoch },
    private readonly world: Clock & Timers,
    private readonly listener: LedgerListener,
    private readonly log: Logger,
  ) {
    this.link = new RegistryLink(
      client,
      {
        up: () => listener.ledgerBack(),
        down: (inDoubt) => {
          for (const storeId of inDoubt) listener.storeInDoubt(storeId, 'a ledger transaction was cut off');
        },
      },
      log,
    );
  }

  get isLinked(): boolean {
    return this.link.isUp;
  }

  revisionOf(storeId: StoreId): Revision {
    return this.revisions.get(storeId) ?? 0;
  }

  async apply(storeId: StoreId, units: readonly LedgerUnit[]): Promise<LedgerAnswer> {
    const traceParent = currentTraceParent();
    const result = await this.link.apply({
      storeId,
      epoch: this.leadership.epoch,
      seenRevision: this.revisionOf(storeId),
      nowMs: this.world.nowMs(),
      units,
      ...(traceParent !== undefined && { traceParent }),
    });
    return this.learn(storeId, result);
  }

  record(storeId: StoreId, unit: LedgerUnit): Promise<void> {
    return new Promise((resolve) => {
      const queue = this.owed.get(storeId);
      if (queue) queue.push({ unit, written: resolve });
      else this.owed.set(storeId, [{ unit, written: resolve }]);
      void this.payOff(storeId);
    });
  }

  async reconcile(report: Parameters<Ledger['reconcile']>[0]): Promise<ReconcileOutcome> {
    const { agentRevision, ...known } = report;
    const traceParent = currentTraceParent();
    const outcome = await this.client
      .unary(
        volumeRegistryService.reconcileStore,
        {
          ...known,
          epoch: this.leadership.epoch,
          seenRevision: Math.max(this.revisionOf(report.storeId), agentRevision),
          nowMs: this.world.nowMs(),
          ...(traceParent !== undefined && { traceParent }),
        },
        { deadlineMs: CALL_DEADLINE_MS },
      )
      .catch(asUnavailable);
    const value = outcome.ok ? outcome.value : { revision: 0, refusal: outcome.refusal, differences: [], destroying: [] };
    if (value.refusal?.code === 'stale_epoch') this.listener.fenced(value.refusal);
    if (!value.refusal) this.revisions.set(report.storeId, value.revision);
    return value;
  }

  async readVolumes(storeIds: readonly StoreId[], volume?: VolumeKey): Promise<readonly LedgerVolume[]> {
    const query = { storeIds, ...(volume !== undefined && { volume }) };
    const answer = await this.client.unary(volumeRegistryService.readVolumes, query, { deadlineMs: CALL_DEADLINE_MS });
    if (!answer.ok) throw new RpcFault(answer.refusal.message, 'UNAVAILABLE');
    return answer.value.volumes;
  }

  async readHistory(
    storeId: StoreId,
    volume: VolumeKey | undefined,
    afterRevision: Revision,
    limit: number,
  ): Promise<readonly LedgerEntry[]> {
    const query = { storeId, afterRevision, limit, ...(volume !== undefined && { volume }) };
    const answer = await this.client.unary(volumeRegistryService.readHistory, query, { deadlineMs: CALL_DEADLINE_MS });
    if (!answer.ok) throw new RpcFault(answer.refusal.message, 'UNAVAILABLE');
    return answer.value.entries;
  }

  stop(): void {
    this.link.stop();
  }

  private learn(storeId: StoreId, result: TransactionResult): LedgerAnswer {
    if (result.refusal) {
      if (result.refusal.code === 'stale_epoch') this.listener.fenced(result.refusal);
      // Redis was asked and never answered: it may have been done, and the agent's report puts that right.
      else if (result.unverified) this.listener.storeInDoubt(storeId, 'a ledger transaction was not answered');
      return { ok: false, refusal: result.refusal };
    }
    this.revisions.set(storeId, result.revision);
    if (result.unverified) this.listener.storeInDoubt(storeId, 'the ledger is not reconciled with its agent in this epoch');
    return { ok: true, revision: result.revision, results: result.results };
  }

  /** Writes what is owed to one store, in order; starts again after a pause while the registry cannot. */
  private async payOff(storeId: StoreId): Promise<void> {
    if (this.paying.has(storeId)) return;
    this.paying.add(storeId);
    for (let debts = this.owed.get(storeId) ?? []; debts.length > 0; debts = this.owed.get(storeId) ?? []) {
      const answer = await this.apply(
        storeId,
        debts.map(({ unit }) => unit),
      );
      if (!answer.ok) {
        this.world.after(PAY_RETRY_MS, () => {
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

function asUnavailable(cause: unknown): { ok: false; refusal: ReturnType<typeof refuse<'ledger_unavailable'>> } {
  if (!(cause instanceof RpcFault)) throw cause;
  return { ok: false, refusal: refuse('ledger_unavailable', { problem: cause.message }) };
}

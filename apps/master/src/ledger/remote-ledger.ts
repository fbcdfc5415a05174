import type { Clock, Epoch, Refusal, Revision, StoreId, Timers } from '@holdfast/core/base';
import { refuse } from '@holdfast/core/base';
import type {
  HolderPage,
  LedgerEntry,
  LedgerFeed,
  LedgerUnit,
  LedgerVolume,
  ReconcileOutcome,
  StoreStanding,
  TransactionResult,
  VolumeKey,
} from '@holdfast/core/volumes';
import { type Method, volumeRegistryService } from '@holdfast/contracts';
import { RpcFault, type RpcClient } from '@holdfast/platform/rpc';
import { currentTraceParent } from '@holdfast/platform/telemetry';
import type { Logger } from '@holdfast/platform/process';
import type { Ledger, LedgerAnswer, LedgerListener } from './ledger';
import { remoteFeed } from './follow-history';
import { OwedUnits } from './owed-units';
import { RedisReturn } from './redis-return';
import { RegistryLink } from './registry-link';

const CALL_DEADLINE_MS = 5_000;
/** The ledger behind the volume registry. */
export class RemoteLedger implements Ledger {
  private readonly link: RegistryLink;
  private readonly revisions = new Map<StoreId, Revision>();
  private readonly owed: OwedUnits;
  private readonly redisReturn: RedisReturn;
  readonly feed: LedgerFeed;

  constructor(
    private readonly client: RpcClient,
    private readonly leadership: { readonly epoch: Epoch },
    private readonly world: Clock & Timers,
    private readonly listener: LedgerListener,
    log: Logger,
  ) {
    this.feed = remoteFeed(client);
    this.owed = new OwedUnits((storeId, units) => this.apply(storeId, units), world, log);
    const isReconcilable = 'the ledger is back and has not seen the report of its agent';
    this.redisReturn = new RedisReturn(
      (storeId) => this.answers(storeId),
      (storeId) => listener.storeInDoubt(storeId, isReconcilable),
      world,
    );
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
    return this.learn(storeId, await this.ask(storeId, units));
  }

  record(storeId: StoreId, unit: LedgerUnit): Promise<void> {
    return this.owed.record(storeId, unit);
  }

  settled(storeId: StoreId, timeoutMs: number): Promise<boolean> {
    return this.owed.settled(storeId, timeoutMs);
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
    const value = outcome.ok ? outcome.value : { revision: 0, refusal: outcome.refusal, differences: [], destroying: [], draining: [] };
    if (value.refusal?.code === 'stale_epoch') this.listener.fenced(value.refusal);
    if (value.refusal?.code === 'ledger_unavailable') this.redisReturn.await(report.storeId);
    if (!value.refusal) {
      this.redisReturn.forget(report.storeId);
      this.revisions.set(report.storeId, value.revision);
    }
    return value;
  }

  async readVolumes(storeIds: readonly StoreId[], volume?: VolumeKey): Promise<readonly LedgerVolume[]> {
    const query = { storeIds, ...(volume !== undefined && { volume }) };
    return (await this.read(volumeRegistryService.readVolumes, query)).volumes;
  }

  async readHolders(
    storeId: StoreId,
    volume: VolumeKey,
    page: { readonly from?: string; readonly limit: number },
  ): Promise<HolderPage | undefined> {
    return (await this.read(volumeRegistryService.readHolders, { storeId, volume, ...page })).page;
  }

  async readStores(): Promise<readonly StoreStanding[]> {
    return (await this.read(volumeRegistryService.readStores, {})).stores;
  }

  async readHistory(
    storeId: StoreId,
    volume: VolumeKey | undefined,
    afterRevision: Revision,
    limit: number,
  ): Promise<readonly LedgerEntry[]> {
    const query = { storeId, afterRevision, limit, ...(volume !== undefined && { volume }) };
    return (await this.read(volumeRegistryService.readHistory, query)).entries;
  }

  stop(): void {
    this.redisReturn.forgetAll();
    this.link.stop();
  }

  private ask(storeId: StoreId, units: readonly LedgerUnit[]): Promise<TransactionResult> {
    const traceParent = currentTraceParent();
    return this.link.apply({
      storeId,
      epoch: this.leadership.epoch,
      seenRevision: this.revisionOf(storeId),
      nowMs: this.world.nowMs(),
      units,
      ...(traceParent !== undefined && { traceParent }),
    });
  }

  /** Asks for nothing, in order to hear whether it is heard. */
  private async answers(storeId: StoreId): Promise<boolean> {
    const { refusal } = await this.ask(storeId, []);
    if (refusal?.code === 'stale_epoch') this.listener.fenced(refusal);
    return refusal?.code !== 'ledger_unavailable';
  }

  /** An empty answer would say that nobody holds anything: without one, a fault, whose code tells a wrong question from a ledger that is away. */
  private async read<Req, Res>(method: Method<Req, Res>, query: Req): Promise<Res> {
    const answer = await this.client.unary(method, query, { deadlineMs: CALL_DEADLINE_MS });
    if (!answer.ok)
      throw new RpcFault(answer.refusal.message, answer.refusal.code === 'invalid_argument' ? 'INVALID_ARGUMENT' : 'UNAVAILABLE');
    return answer.value;
  }

  private learn(storeId: StoreId, { refusal, unverified, revision, results }: TransactionResult): LedgerAnswer {
    if (refusal) {
      if (refusal.code === 'stale_epoch') this.listener.fenced(refusal);
      // Redis was asked and never answered: it may have been done, and the agent's report puts that right.
      else if (unverified) {
        this.listener.storeInDoubt(storeId, 'a ledger transaction was not answered');
        if (refusal.code === 'ledger_unavailable') return { ok: false, refusal: inDoubt(refusal as Refusal<'ledger_unavailable'>) };
      }
      return { ok: false, refusal };
    }
    this.revisions.set(storeId, revision);
    if (unverified) this.listener.storeInDoubt(storeId, 'the ledger is not reconciled with its agent in this epoch');
    for (const { drained } of results) if (drained) this.listener.drained(storeId, drained);
    return { ok: true, revision, results };
  }
}

const inDoubt = ({ details }: Refusal<'ledger_unavailable'>): Refusal => refuse('ledger_unavailable', { ...details, inDoubt: true });

function asUnavailable(cause: unknown): { ok: false; refusal: ReturnType<typeof refuse<'ledger_unavailable'>> } {
  if (!(cause instanceof RpcFault)) throw cause;
  return { ok: false, refusal: refuse('ledger_unavailable', { problem: cause.message }) };
}

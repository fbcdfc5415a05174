import type {
  HolderPage,
  LedgerEntry,
  LedgerTransaction,
  LedgerVolume,
  ReconcileOutcome,
  StoreReport,
  StoreStanding,
  TransactionResult,
  VolumeStore,
} from '@holdfast/core/volumes';
import type { Logger } from '@holdfast/platform/process';
import { ATTR, withSpan, type ActiveSpan, type SpanOptions } from '@holdfast/platform/telemetry';
import type { RegistryMetrics, UnitOutcome } from '../metrics';

type Query<M extends 'readVolumes' | 'readHolders' | 'readHistory'> = Parameters<VolumeStore[M]>[0];

/** A volume store that is measured, traced and heard: a span per call, under the caller's. */
export class ObservedVolumeStore implements VolumeStore {
  constructor(
    private readonly store: VolumeStore,
    private readonly metrics: RegistryMetrics,
    private readonly log: Logger,
  ) {}

  apply(transaction: LedgerTransaction): Promise<TransactionResult> {
    const { storeId, epoch, units } = transaction;
    const startedMs = performance.now();
    return withSpan(
      'ledger.apply',
      { [ATTR.storeId]: storeId, [ATTR.ledgerEpoch]: epoch, [ATTR.ledgerUnits]: units.length },
      async (span) => {
        const result = await this.store.apply(transaction);
        describe(span, result);
        this.metrics.transaction(result.refusal?.code ?? 'applied', performance.now() - startedMs);
        this.countUnits(transaction, result);
        return result;
      },
      under(transaction),
    );
  }

  reconcile(report: StoreReport): Promise<ReconcileOutcome> {
    const { storeId, agentId, epoch } = report;
    return withSpan(
      'ledger.reconcile',
      { [ATTR.storeId]: storeId, [ATTR.agentId]: agentId, [ATTR.ledgerEpoch]: epoch },
      async (span) => {
        const outcome = await this.store.reconcile(report);
        describe(span, outcome);
        const { refusal, differences } = outcome;
        this.metrics.reconciled(refusal?.code ?? 'reconciled', differences.length);
        if (differences.length > 0) this.log.warn({ storeId, agentId, differences }, 'the ledger and its agent differed');
        return outcome;
      },
      under(report),
    );
  }

  readVolumes(query: Query<'readVolumes'>): Promise<readonly LedgerVolume[]> {
    return this.store.readVolumes(query);
  }

  readHolders(query: Query<'readHolders'>): Promise<HolderPage | undefined> {
    return this.store.readHolders(query);
  }

  readStores(): Promise<readonly StoreStanding[]> {
    return this.store.readStores();
  }

  readHistory(query: Query<'readHistory'>): Promise<readonly LedgerEntry[]> {
    return this.store.readHistory(query);
  }

  /** Once per kind and outcome, not per unit: a transaction may have many. */
  private countUnits({ units }: LedgerTransaction, { results, refusal }: TransactionResult): void {
    const counts = new Map<string, { readonly kind: (typeof units)[number]['kind']; readonly outcome: UnitOutcome; count: number }>();
    units.forEach(({ kind }, at) => {
      const outcome = refusal?.code ?? results[at]?.refusal?.code ?? 'done';
      const known = counts.get(`${kind} ${outcome}`);
      if (known) known.count += 1;
      else counts.set(`${kind} ${outcome}`, { kind, outcome, count: 1 });
    });
    for (const { kind, outcome, count } of counts.values()) this.metrics.units(kind, outcome, count);
  }
}

function describe(span: ActiveSpan, { revision, refusal }: Pick<TransactionResult, 'revision' | 'refusal'>): void {
  span.setAttribute(ATTR.ledgerRevision, revision);
  if (refusal) span.setAttribute(ATTR.refusalCode, refusal.code);
}

const under = ({ traceParent }: { readonly traceParent?: string }): SpanOptions => (traceParent === undefined ? {} : { traceParent });

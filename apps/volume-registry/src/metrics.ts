import type { LedgerUnit } from '@holdfast/core/volumes';
import type { RefusalCode } from '@holdfast/core/base';
import { counter, histogram, observableGauge } from '@holdfast/platform/telemetry';

export type UnitOutcome = RefusalCode | 'done';

const MILLISECONDS = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500];

/** Each metric answers the question in its help text. */
export function registryMetrics(waiting: () => number) {
  observableGauge('holdfast_ledger_waiting', 'How many calls wait for Redis to come back?', (gauge) => gauge.observe(waiting()));
  const transactions = counter('holdfast_ledger_transactions_total', 'How many ledger transactions were applied, or refused and why?');
  const units = counter('holdfast_ledger_units_total', 'How many changes of the ledger were asked for, of which kind, with which outcome?');
  const destroys = counter('holdfast_ledger_refused_destroys_total', 'How many DESTROYs did the ledger refuse, and why?');
  const latency = histogram(
    'holdfast_ledger_ms',
    'How long does a ledger transaction take, from its arrival to its answer, in ms?',
    MILLISECONDS,
  );
  const reconciliations = counter('holdfast_ledger_reconciliations_total', 'How many agents’ reports were reconciled, or refused and why?');
  const differences = counter(
    'holdfast_ledger_differences_total',
    'How many differences between ledger and agents did reports bring to light?',
  );
  const followersLeft = counter('holdfast_ledger_followers_left_total', 'How many ceased to follow the history, and why?');
  const fed = counter('holdfast_ledger_fed_total', 'How many entries of the history were handed to followers?');
  let followers = 0;
  observableGauge('holdfast_ledger_followers', 'How many follow the history now?', (gauge) => gauge.observe(followers));
  return {
    transaction(outcome: RefusalCode | 'applied', tookMs: number) {
      transactions.add(1, { outcome });
      latency.record(tookMs);
    },
    units(kind: LedgerUnit['kind'], outcome: UnitOutcome, count: number) {
      units.add(count, { unit: kind, outcome });
      if (kind === 'destroy_volume' && outcome !== 'done') destroys.add(count, { reason: outcome });
    },
    reconciled(outcome: RefusalCode | 'reconciled', differenceCount: number) {
      reconciliations.add(1, { outcome });
      differences.add(differenceCount);
    },
    followerCame() {
      followers += 1;
    },
    /** `left`: by its own wish; `failed`: there is a bug. */
    followerLeft(outcome: RefusalCode | 'left' | 'failed') {
      followers -= 1;
      followersLeft.add(1, { outcome });
    },
    fed: (count: number) => fed.add(count),
  };
}

export type RegistryMetrics = ReturnType<typeof registryMetrics>;

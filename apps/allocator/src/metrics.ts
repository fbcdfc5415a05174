import { counter, histogram, observableGauge } from '@holdfast/platform/telemetry';
import type { CycleReason } from './cycles';

export interface BookCounts {
  readonly agents: number;
  readonly frameworks: number;
  readonly candidates: number;
  readonly leftovers: number;
  readonly filters: number;
}

const MILLISECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000];

/** Each metric answers the question in its help text. */
export function allocatorMetrics(read: () => BookCounts | undefined) {
  const level = (name: keyof BookCounts, help: string) =>
    observableGauge(`holdfast_allocator_${name}`, help, (gauge) => gauge.observe(read()?.[name] ?? 0));
  level('agents', 'How many agents does the allocator know?');
  level('frameworks', 'How many frameworks does the allocator know, or hold resources for?');
  level('candidates', 'How many agents wait to be looked at by the next cycle?');
  level('leftovers', 'On how many agents did cycles leave something that nobody took?');
  level('filters', 'How many declined offers still keep resources from their framework?');

  const cycles = counter('holdfast_cycles_total', 'How many offer cycles ran, by what asked for them?');
  const cycleMs = histogram('holdfast_cycle_ms', 'How long does an offer cycle take, in ms?', MILLISECONDS);
  const waitMs = histogram('holdfast_cycle_wait_ms', 'How long does a cycle that was asked for wait for its turn, in ms?', MILLISECONDS);
  const agents = counter('holdfast_cycle_agents_total', 'How many agents did cycles look at?');
  const allocations = counter('holdfast_allocations_total', 'How many offers did cycles decide on?');
  const disagreements = counter(
    'holdfast_book_disagreements_total',
    'How often did the master name resources that the allocator did not know to be held?',
  );
  return {
    cycleDone(cycle: { reason: CycleReason; tookMs: number; agents: number; allocations: number }) {
      cycles.add(1, { reason: cycle.reason });
      cycleMs.record(cycle.tookMs);
      agents.add(cycle.agents);
      allocations.add(cycle.allocations);
    },
    cycleWaited: (ms: number) => waitMs.record(ms),
    disagreed: () => disagreements.add(1),
  };
}

export type AllocatorMetrics = ReturnType<typeof allocatorMetrics>;

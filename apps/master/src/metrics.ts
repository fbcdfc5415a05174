import type { RefusalCode } from '@holdfast/core/base';
import { counter, histogram, observableGauge } from '@holdfast/platform/telemetry';

/** Each metric answers the question in its help text. */
export function masterMetrics(read: {
  readonly offers: () => number;
  readonly frameworks: () => number;
  readonly agents: () => number;
  readonly draining: () => number;
}) {
  observableGauge('holdfast_offers_outstanding', 'How many offers wait for an answer?', (gauge) => gauge.observe(read.offers()));
  observableGauge('holdfast_frameworks_connected', 'How many frameworks are subscribed?', (gauge) => gauge.observe(read.frameworks()));
  observableGauge('holdfast_agents_connected', 'How many agents are registered and connected?', (gauge) => gauge.observe(read.agents()));
  observableGauge('holdfast_volumes_draining', 'How many volumes wait for their last holder to be destroyed?', (gauge) =>
    gauge.observe(read.draining()),
  );
  const offersMade = counter('holdfast_offers_made_total', 'How many offers were sent?');
  const offersRescinded = counter('holdfast_offers_rescinded_total', 'How many offers were taken back?');
  const operations = counter('holdfast_operations_total', 'How many operations took effect or were refused, by type and refusal?');
  const tasks = counter('holdfast_task_states_total', 'How many tasks came into each state?');
  const acceptMs = histogram('holdfast_accept_ms', 'How long does an ACCEPT take until it is answered, in ms?');
  return {
    offerMade: (count: number) => offersMade.add(count),
    offerRescinded: () => offersRescinded.add(1),
    operation: (type: string, refusal: RefusalCode | undefined) => operations.add(1, { type, refusal: refusal ?? 'none' }),
    taskState: (state: string) => tasks.add(1, { state }),
    accepted: (tookMs: number) => acceptMs.record(tookMs),
  };
}

export type MasterMetrics = ReturnType<typeof masterMetrics>;

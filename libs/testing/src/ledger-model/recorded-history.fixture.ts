import type { LedgerEntry, LedgerUnit } from '@holdfast/core/volumes';
import { MemoryVolumeStore } from '@holdfast/testing/volume-store';
import type { RecordedHistory } from './check-history';
import type { RecordedCall } from './history-calls';
import type { FinalVolume } from './history-replay';
import { ModelRun } from './model-run';
import { holdersIn, type ModelStore } from './model-store';
import type { ModelStep } from './model-steps';

type Whole = Required<RecordedHistory>;

/** One who asks in turn, and a store that answers by the rules of `libs/core`; each call has a trace of its own. */
export async function recordCalls(steps: readonly ModelStep[]): Promise<Whole> {
  const store = new MemoryVolumeStore();
  const run = new ModelRun('store');
  const calls: RecordedCall[] = [];
  for (const step of steps) {
    for (const call of run.calls(step)) {
      const traceParent = `00-${(calls.length + 1).toString(16).padStart(32, '0')}-b7ad6b7169203331-01`;
      const asked = { ...('report' in call ? call.report : call.transaction), traceParent };
      const answer = await ('units' in asked ? store.apply(asked) : store.reconcile(asked));
      calls.push({ client: 'one', beganAt: 2 * calls.length, endedAt: 2 * calls.length + 1, asked, answer });
    }
  }
  const entries = await store.readHistory({ storeId: 'store', afterRevision: 0, limit: 100_000 });
  return { entries, volumes: await store.readVolumes({ storeIds: ['store'] }), calls };
}

export const finalVolumes = (store: ModelStore): readonly FinalVolume[] =>
  [...store.volumes].map(([volume, { state, generation }]) => {
    const holders = [...holdersIn(store, volume).values()];
    return { volume, state, generation, holders, revision: store.revision };
  });

/** Steps of somebody who is never out of step: a report, so that the store is verified, then one transaction each. */
export const stepsOf = (...transactions: readonly (readonly LedgerUnit[])[]): readonly ModelStep[] => [
  { kind: 'report', twist: { agentId: 'agent-1', lacks: [], has: [], forgetsEvery: 0, holders: [] }, epochBy: 1, seenBy: 0 },
  ...transactions.map((units): ModelStep => ({ kind: 'apply', units, times: 1, epochBy: 0, seenBy: 0 })),
];

/** Revisions that rise by one again, where entries have been taken out, doubled or put in. */
export const renumbered = (entries: readonly LedgerEntry[]): readonly LedgerEntry[] =>
  entries.map((entry, at) => ({ ...entry, revision: at + 1 }));

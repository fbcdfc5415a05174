import type { StoreId } from '@holdfast/core/base';
import type { VolumeStore } from '@holdfast/core/volumes';
import type { Rewind } from '@holdfast/testing/volume-store';
import { inModelWords } from './answer-words';
import { checkHistory } from './check-history';
import type { ModelStep } from './model-steps';
import { booksOfModel, booksOfStore, entriesByVolume, ModelRun, type ModelCall } from './model-run';

export interface JudgedLedger {
  readonly store: VolumeStore;
  /** The same ledger, asked by one whose time is over: it must refuse and change nothing. */
  readonly tooLate?: VolumeStore;
  /** Absent: a store that cannot lose writes. */
  readonly rewind?: Rewind;
}

/**
 * Takes a store through the steps and expects the answers, the books and the history that the model has. Transactions are sent without
 * waiting for the answers to those before, as a master does. Answers with the words met (changes, causes, refusals), so that a test can
 * see that its steps reach every rule.
 */
export async function expectLikeModel(ledger: JudgedLedger, storeId: StoreId, steps: readonly ModelStep[]): Promise<ReadonlySet<string>> {
  const { store, tooLate, rewind } = ledger;
  const run = new ModelRun(storeId);
  const met = new Set<string>();
  let underWay: Promise<void>[] = [];
  const allAnswered = async () => {
    await Promise.all(underWay);
    underWay = [];
  };

  const ask = async (call: ModelCall): Promise<void> => {
    const { entries: _entries, unverified, ...expected } = call.expected;
    if ('report' in call) {
      expect(inModelWords(await store.reconcile(call.report))).toEqual({ ...expected, unverified: false });
    } else if (!call.isTooLate) {
      expect(inModelWords(await store.apply(call.transaction))).toEqual({ ...expected, unverified });
    } else if (tooLate) {
      expect((await tooLate.apply(call.transaction)).refusal?.code).toBe('ledger_unavailable');
    }
  };

  try {
    for (const step of steps) {
      if (step.kind === 'remember' || step.kind === 'forget') {
        if (!rewind) continue;
        await allAnswered();
        if (step.kind === 'remember') await rewind.remember(storeId);
        else if (run.hasRemembered) await rewind.forget(storeId);
      }
      for (const call of run.calls(step)) {
        for (const { refusal } of [call.expected, ...call.expected.answers]) if (refusal) met.add(refusal);
        for (const { change, cause } of call.expected.entries) met.add(change).add(cause ?? change);
        underWay.push(ask(call));
        // It may have to ask twice, for the keys of volumes that it did not name.
        if ('report' in call) await allAnswered();
      }
    }
  } finally {
    await Promise.allSettled(underWay);
  }
  await allAnswered();

  const volumes = await store.readVolumes({ storeIds: [storeId] });
  const entries = await store.readHistory({ storeId, afterRevision: 0, limit: run.entries.length + 100 });
  expect(booksOfStore(volumes)).toEqual(booksOfModel(run.store));
  expect(entries.map(({ revision }) => revision)).toEqual(run.entries.map(({ revision }) => revision));
  expect(entriesByVolume(entries)).toEqual(entriesByVolume(run.entries));
  expect(checkHistory({ entries, volumes })).toEqual([]);
  for (const call of run.calls({ kind: 'apply', units: [], times: 1, epochBy: 0, seenBy: -run.store.revision })) await ask(call);
  return met;
}

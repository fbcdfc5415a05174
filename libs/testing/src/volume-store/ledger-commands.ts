import fc from 'fast-check';
import type { Epoch, HolderState, Revision, StoreId } from '@holdfast/core/base';
import {
  applyTransaction,
  emptyLedger,
  ledgerVolumes,
  reconcileStore,
  volumeKey,
  type LedgerEntry,
  type LedgerUnit,
  type StoreLedger,
  type StoreReport,
  type VolumeStore,
} from '@holdfast/core/volumes';
import {
  acquire,
  AGENT,
  cancelDestroy,
  confirm,
  create,
  createFailed,
  destroy,
  drain,
  ending,
  FIRST_MS,
  forceRelease,
  gone,
  held,
  holderRef,
  release,
  resize,
  running,
  volumeResource,
} from './ledger-story';

/** How a call is out of step with the store: its epoch less the fence, and its seen revision less the stored one. */
interface Skew {
  readonly epochBy: number;
  readonly seenBy: number;
}

export type LedgerCommand =
  | ({ readonly kind: 'apply'; readonly units: readonly LedgerUnit[]; readonly times: number } & Skew)
  | ({ readonly kind: 'reconcile'; readonly report: Pick<StoreReport, 'agentId' | 'volumes' | 'holders' | 'by'> } & Skew)
  /** The report of an agent that has exactly what the ledger says, so that stores are verified often enough for DESTROY to matter. */
  | { readonly kind: 'verify' }
  /** Remember everything, and later lose what was written since. */
  | { readonly kind: 'remember' }
  | { readonly kind: 'forget' };

const KEYS = [volumeKey('eng', 'shared-1'), volumeKey('eng/dev', 'shared-2'), volumeKey('ads', 'single')] as const;
const isShared = (key: string) => !key.endsWith('single');
const HOLDERS = [holderRef('t1', 'a'), holderRef('t1', 'b'), holderRef('t2', 'c'), holderRef('t3', 'd', 'agent-2')] as const;

const key = fc.constantFrom(...KEYS);
const holder = fc.constantFrom(...HOLDERS);
const mode = fc.constantFrom('RW' as const, 'RO' as const);
const state = fc.constantFrom<HolderState>('pending', 'running', 'ending');
const someKeys = fc.oneof({ weight: 3, arbitrary: key.map((one) => [one]) }, { weight: 1, arbitrary: fc.array(key, { maxLength: 3 }) });
/** Names are used again and again, so that all of these come to be. */
const generation = fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) });
const by = fc.constantFrom('ops', 'admin', undefined);
/** Few, so that the same terms are asked for again. */
const terms = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc.record({
      requester: fc.constantFrom(
        {},
        { principal: 'ops', frameworkId: 'framework-1' },
        { frameworkId: 'f"1', operationId: 'op-},"created_ms":1' },
      ),
      admitsReaders: fc.boolean(),
      deadlineAtMs: fc.constantFrom(undefined, FIRST_MS + 60_000),
      onDeadline: fc.constantFrom('cancel' as const, 'kill' as const),
    }),
  },
);
/** One in so many units requires others, or is the first of some that belong together: most of these fall. */
const seldom = <T>(some: fc.Arbitrary<T>) => fc.oneof({ weight: 11, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some });
const requires = seldom(fc.array(fc.nat(3), { maxLength: 2 }));
const together = seldom(fc.integer({ min: 1, max: 4 }));

const unit: fc.Arbitrary<LedgerUnit> = fc
  .oneof(
    { weight: 3, arbitrary: fc.tuple(key, fc.boolean()).map(([k, odd]) => create(k, { shared: odd ? !isShared(k) : isShared(k) })) },
    { weight: 3, arbitrary: fc.tuple(key, generation).map(([k, g]) => confirm(k, g)) },
    { weight: 2, arbitrary: fc.tuple(key, generation).map(([k, g]) => createFailed(k, 'no space left', g)) },
    { weight: 5, arbitrary: fc.tuple(holder, someKeys, mode).map(([h, ks, m]) => acquire(h, ks, m)) },
    { weight: 2, arbitrary: fc.tuple(holder, someKeys).map(([h, ks]) => running(h, ...ks)) },
    { weight: 2, arbitrary: fc.tuple(holder, someKeys).map(([h, ks]) => ending(h, ...ks)) },
    { weight: 4, arbitrary: fc.tuple(holder, someKeys).map(([h, ks]) => release(h, ...ks)) },
    { weight: 3, arbitrary: key.map((k) => destroy(k)) },
    { weight: 3, arbitrary: fc.tuple(key, generation).map(([k, g]) => gone(k, g)) },
    { weight: 4, arbitrary: fc.tuple(key, terms).map(([k, t]) => drain(k, t)) },
    { weight: 2, arbitrary: fc.tuple(key, generation, by).map(([k, g, who]) => cancelDestroy(k, g, who)) },
    { weight: 1, arbitrary: fc.tuple(holder, someKeys).map(([h, ks]) => forceRelease(h, 'admin', ...ks)) },
    {
      weight: 2,
      arbitrary: fc.tuple(key, fc.constantFrom(40, 80, 0.125, 4096)).map(([k, sizeMb]) => resize(k, sizeMb, { shared: isShared(k) })),
    },
  )
  .chain((made) =>
    fc
      .tuple(requires, together)
      .map(([needed, size]) => ({ ...made, ...(needed && { requires: needed }), ...(size && { together: size }) })),
  );

/** The tasks of a LAUNCH_GROUP: all acquire the same volumes, or none does. */
const group: fc.Arbitrary<LedgerUnit[]> = fc
  .tuple(fc.uniqueArray(holder, { minLength: 2 }), someKeys, mode)
  .map(([holders, ks, m]) => holders.map((h, at) => ({ ...acquire(h, ks, m), ...(at === 0 && { together: holders.length }) })));

/** A destroy that waits, and somebody who comes too late. */
const waiting: fc.Arbitrary<LedgerUnit[]> = fc
  .tuple(fc.constantFrom(...KEYS.filter(isShared)), holder, terms, fc.boolean(), holder, mode)
  .map(([k, first, t, admitsReaders, late, m]) => [create(k), acquire(first, k), drain(k, { ...t, admitsReaders }), acquire(late, k, m)]);

const skew = fc.record({
  epochBy: fc.oneof(
    { weight: 30, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.constantFrom(-2, -1) },
    { weight: 1, arbitrary: fc.constant(1) },
  ),
  seenBy: fc.oneof(
    { weight: 30, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: -5, max: 0 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }) },
  ),
});

const report = fc.record({
  agentId: fc.constantFrom(AGENT, 'agent-2'),
  volumes: fc.array(fc.tuple(key, fc.constantFrom(40, 80), fc.constantFrom('ops', undefined)), { maxLength: 3 }).map((list) =>
    list.map(([volume, sizeMb, principal]) => ({
      volume,
      resource: volumeResource(volume, { sizeMb, shared: isShared(volume) }),
      ...(principal && { principal }),
    })),
  ),
  holders: fc.array(fc.tuple(holder, someKeys, state, mode), { maxLength: 3 }).map((list) => list.map((args) => held(...args))),
  by,
});

/** Command sequences with repetitions, older and newer epochs, lost revisions, and reports that fit nothing. */
export const ledgerCommands: fc.Arbitrary<readonly LedgerCommand[]> = fc.array(
  fc.oneof(
    {
      weight: 14,
      arbitrary: fc
        .tuple(fc.array(unit, { minLength: 1, maxLength: 5 }), fc.constantFrom(1, 1, 1, 2), skew)
        .map(([units, times, by]): LedgerCommand => ({ kind: 'apply', units, times, ...by })),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.array(unit, { maxLength: 2 }), fc.oneof(group, waiting), skew)
        .map(([before, tasks, by]): LedgerCommand => ({ kind: 'apply', units: [...before, ...tasks], times: 1, ...by })),
    },
    { weight: 2, arbitrary: fc.tuple(report, skew).map(([said, by]): LedgerCommand => ({ kind: 'reconcile', report: said, ...by })) },
    { weight: 4, arbitrary: fc.constant<LedgerCommand>({ kind: 'verify' }) },
    { weight: 1, arbitrary: fc.constant<LedgerCommand>({ kind: 'remember' }) },
    { weight: 1, arbitrary: fc.constant<LedgerCommand>({ kind: 'forget' }) },
  ),
  { minLength: 1, maxLength: 40, size: 'max' },
);

/** Takes a store back to what it was; absent where a store cannot lose writes. */
export interface Rewind {
  remember(storeId: StoreId): Promise<void>;
  forget(storeId: StoreId): Promise<void>;
}

interface Books {
  readonly ledger: StoreLedger;
  readonly history: readonly LedgerEntry[];
}

/**
 * Runs the commands against the store and against the rules of `libs/core`, and expects equal answers to each call, and equal volumes,
 * holders, fence and history in the end. Answers with the words met (changes, causes of reconciliation and refusals), so that a test can see
 * that its commands reach every rule.
 */
export async function expectLikeRules(
  store: VolumeStore,
  storeId: StoreId,
  commands: readonly LedgerCommand[],
  rewind?: Rewind,
): Promise<ReadonlySet<string>> {
  let books: Books = { ledger: emptyLedger(storeId), history: [] };
  let remembered: Books | undefined;
  let nowMs = FIRST_MS;
  let seen: Revision = 0;
  const met = new Set<string>();
  const keep = (ledger: StoreLedger, entries: readonly LedgerEntry[]) => {
    books = { ledger, history: [...books.history, ...entries] };
    seen = Math.max(seen, ledger.revision);
    for (const { change, cause } of entries) met.add(change).add(cause ?? change);
  };
  const call = ({ epochBy, seenBy }: Skew) => ({
    storeId,
    nowMs: (nowMs += 1000),
    epoch: Math.max(0, books.ledger.epoch + epochBy) as Epoch,
    seenRevision: Math.max(0, seen + seenBy),
  });
  const reconcile = async (asked: StoreReport) => {
    const { ledger, outcome, entries } = reconcileStore(books.ledger, asked);
    expect(await store.reconcile(asked)).toEqual(outcome);
    keep(ledger, entries);
  };

  for (const command of commands) {
    if (command.kind === 'apply') {
      for (let time = 0; time < command.times; time += 1) {
        const asked = { ...call(command), units: command.units };
        const { ledger, result, entries } = applyTransaction(books.ledger, asked);
        expect(await store.apply(asked)).toEqual(result);
        for (const { refusal } of [result, ...result.results]) if (refusal) met.add(refusal.code);
        keep(ledger, entries);
      }
    } else if (command.kind === 'reconcile') {
      await reconcile({ ...call(command), ...command.report });
    } else if (command.kind === 'verify') {
      await reconcile({ ...call({ epochBy: 0, seenBy: 0 }), agentId: AGENT, ...asTheLedgerSays(books.ledger) });
    } else if (rewind && command.kind === 'remember') {
      await rewind.remember(storeId);
      remembered = books;
    } else if (rewind && command.kind === 'forget' && remembered) {
      await rewind.forget(storeId);
      books = remembered;
    }
  }

  const { ledger, history } = books;
  expect(await store.readVolumes({ storeIds: [storeId] })).toEqual(ledgerVolumes(ledger));
  expect(await store.readHistory({ storeId, afterRevision: 0, limit: history.length + 1 })).toEqual(history);
  const probe = { ...call({ epochBy: 0, seenBy: 0 }), seenRevision: 0, units: [] };
  expect(await store.apply(probe)).toEqual(applyTransaction(ledger, probe).result);
  return met;
}

function asTheLedgerSays(ledger: StoreLedger): Pick<StoreReport, 'volumes' | 'holders'> {
  const there = ledgerVolumes(ledger).filter(({ state: now }) => now !== 'gone');
  return {
    volumes: there.map(({ volume, resource }) => ({ volume, resource, principal: 'ops' })),
    holders: there.flatMap(({ volume, holders }) =>
      holders.map(({ frameworkId, taskId, launchId, agentId, mode: how, state: now }) =>
        held({ frameworkId, taskId, launchId, agentId }, volume, now, how),
      ),
    ),
  };
}

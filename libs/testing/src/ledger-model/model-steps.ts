import fc from 'fast-check';
import type { HolderState } from '@holdfast/core/base';
import { volumeKey, type Drain, type HolderRef, type LedgerUnit, type StoreReport, type VolumeKey } from '@holdfast/core/volumes';
import { AGENT, FIRST_MS, held, holderRef, volumeResource } from '@holdfast/testing/volume-store';

/** How a call is out of step with the store: its epoch less the fence, and its seen revision less the highest seen. */
export interface Skew {
  readonly epochBy: number;
  readonly seenBy: number;
}

/** A report that is what the ledger says, but for this. */
export interface Twist {
  readonly agentId: string;
  readonly lacks: readonly VolumeKey[];
  readonly has: StoreReport['volumes'];
  /** Every so many-th holder is missing; 0: none is. */
  readonly forgetsEvery: number;
  readonly holders: StoreReport['holders'];
  readonly by?: string;
}

/** What is asked of one store, one after another. In `units` a `generation` is told by how far it is from the one known: 0 is that. */
export type ModelStep =
  | ({ readonly kind: 'apply'; readonly units: readonly LedgerUnit[]; readonly times: number } & Skew)
  /** An earlier transaction once more, word by word: a message that was late, or doubled. */
  | { readonly kind: 'again'; readonly back: number }
  /** Asked by one who no longer waits for the answer. */
  | { readonly kind: 'too_late'; readonly units: readonly LedgerUnit[] }
  | ({ readonly kind: 'report'; readonly twist: Twist } & Skew)
  /** Remember everything, and later lose what was written since. */
  | { readonly kind: 'remember' }
  | { readonly kind: 'forget' };

const VOLUMES = [volumeKey('eng', 'shared-1'), volumeKey('eng/dev', 'shared-2'), volumeKey('ads', 'single')] as const;
const HOLDERS = [holderRef('t1', 'a'), holderRef('t1', 'b'), holderRef('t2', 'c'), holderRef('t3', 'd', 'agent-2')] as const;
const DRAINS: readonly Omit<Drain, 'sinceMs' | 'isMade'>[] = [
  { requester: { principal: 'ops' }, admitsReaders: false, onDeadline: 'cancel' },
  {
    requester: { frameworkId: 'framework-1', operationId: 'op-1' },
    admitsReaders: true,
    deadlineAtMs: FIRST_MS + 60_000,
    onDeadline: 'kill',
  },
];

const resource = (volume: VolumeKey, sizeMb = 40) => volumeResource(volume, { sizeMb, shared: !volume.endsWith('single') });

const create = (volume: VolumeKey): LedgerUnit => ({
  kind: 'create_volume',
  volume,
  resource: resource(volume),
  creator: { principal: 'ops' },
  agentId: AGENT,
});

const volume = fc.constantFrom(...VOLUMES);
const volumes = fc.oneof(
  { weight: 4, arbitrary: volume.map((one) => [one]) },
  { weight: 1, arbitrary: fc.array(volume, { minLength: 1, maxLength: 3 }) },
);
const holder = fc.constantFrom<HolderRef>(...HOLDERS);
const mode = fc.constantFrom('RW' as const, 'RO' as const);
/** How far from the known generation: mostly right, else late, or of one that is being created in the same breath. */
const generation = fc.constantFrom(0, 0, 0, 0, 0, -1, -1, 1);
const by = fc.constantFrom(undefined, 'ops');
const seldom = <T>(some: fc.Arbitrary<T>) => fc.oneof({ weight: 14, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some });

const bareUnit = fc.oneof(
  { weight: 4, arbitrary: volume.map(create) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('confirm_created' as const), volume, generation }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('create_failed' as const), volume, generation, cause: fc.constant('disk full') }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('acquire_volumes' as const),
      holder,
      volumes: fc.tuple(volumes, mode).map(([some, how]) => some.map((one) => ({ volume: one, mode: how }))),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('holder_running' as const), holder, volumes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('holder_ending' as const), holder, volumes }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('release_volumes' as const), holder, volumes, cause: fc.constant('TASK_FINISHED'), by }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('destroy_volume' as const), volume }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('drain_volume' as const), volume, drain: fc.constantFrom(...DRAINS) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('cancel_destroy' as const), volume, generation, cause: fc.constant('changed my mind'), by }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(volume, fc.constantFrom(40, 80, 0.125))
      .map(([one, sizeMb]) => ({ kind: 'resize_volume' as const, volume: one, resource: resource(one, sizeMb) })),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('volume_gone' as const), volume, generation, cause: fc.constant('deleted') }) },
);

/** One in so many requires others, or is the first of some that belong together: most of these fall. */
const unit: fc.Arbitrary<LedgerUnit> = fc
  .tuple(bareUnit, seldom(fc.array(fc.nat(3), { maxLength: 2 })), seldom(fc.integer({ min: 1, max: 4 })))
  .map(([made, requires, together]) => ({ ...made, ...(requires && { requires }), ...(together && { together }) }) as LedgerUnit);

const isTogether = fc.constantFrom(false, false, false, true);

/** Some of what happens in the life of a volume, in its order: random units alone seldom come as far. */
const life: fc.Arbitrary<readonly LedgerUnit[]> = fc
  .tuple(volume, holder, holder, mode, fc.constantFrom(...DRAINS))
  .chain(([one, first, second, how, drain]) => {
    const about = { volume: one, generation: 0 };
    const all: LedgerUnit[] = [
      create(one),
      { kind: 'acquire_volumes', holder: first, volumes: [{ volume: one, mode: 'RW' }] },
      { kind: 'confirm_created', ...about },
      { kind: 'holder_running', holder: first, volumes: [one] },
      { kind: 'drain_volume', volume: one, drain },
      { kind: 'drain_volume', volume: one, drain: DRAINS[0] as (typeof DRAINS)[number] },
      { kind: 'acquire_volumes', holder: second, volumes: [{ volume: one, mode: how }] },
      { kind: 'create_failed', ...about, cause: 'disk full' },
      { kind: 'cancel_destroy', ...about, cause: 'changed my mind' },
      { kind: 'holder_ending', holder: first, volumes: [one] },
      { kind: 'release_volumes', holder: first, volumes: [one], cause: 'TASK_FAILED' },
      { kind: 'release_volumes', holder: second, volumes: [one], cause: 'TASK_FINISHED' },
      { kind: 'destroy_volume', volume: one },
      { kind: 'volume_gone', ...about, cause: 'deleted' },
    ];
    const some = fc.subarray(all, { minLength: 2, maxLength: 7 });
    return fc
      .tuple(some, isTogether)
      .map(([[begin, ...rest], size]) => (begin ? [{ ...begin, ...(size && { together: rest.length + 1 }) }, ...rest] : []));
  });

export const someUnits: fc.Arbitrary<readonly LedgerUnit[]> = fc.oneof(
  { weight: 2, arbitrary: fc.array(unit, { minLength: 1, maxLength: 5 }) },
  { weight: 1, arbitrary: life },
);

const skew = {
  epochBy: fc.oneof(
    { weight: 30, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.constantFrom(-2, -1) },
    { weight: 2, arbitrary: fc.constant(1) },
  ),
  seenBy: fc.oneof(
    { weight: 30, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: -5, max: -1 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 9 }) },
  ),
};

const NO_TWIST: Twist = { agentId: AGENT, lacks: [], has: [], forgetsEvery: 0, holders: [] };

const twist: fc.Arbitrary<Twist> = fc.record(
  {
    agentId: fc.constantFrom(AGENT, AGENT, 'agent-2'),
    lacks: fc.uniqueArray(volume, { maxLength: 2 }),
    has: fc
      .array(fc.tuple(volume, fc.constantFrom(40, 80)), { maxLength: 2 })
      .map((list) => list.map(([one, sizeMb]) => ({ volume: one, resource: resource(one, sizeMb), principal: 'ops' }))),
    forgetsEvery: fc.nat(2),
    holders: fc
      .array(fc.tuple(holder, volumes, fc.constantFrom<HolderState>('pending', 'running', 'ending'), mode), { maxLength: 2 })
      .map((list) => list.map((args) => held(...args))),
    by: by.map((one) => one ?? ''),
  },
  { requiredKeys: ['agentId', 'lacks', 'has', 'forgetsEvery', 'holders'] },
);

const apply = fc.record({ kind: fc.constant('apply' as const), units: someUnits, times: fc.constantFrom(1, 1, 1, 2), ...skew });
const again = fc.record({ kind: fc.constant('again' as const), back: fc.nat(12) });
/** Often nothing is amiss, so that stores are verified when somebody destroys. */
const report = fc.oneof(
  { weight: 3, arbitrary: fc.constant<ModelStep>({ kind: 'report', twist: NO_TWIST, epochBy: 0, seenBy: 0 }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('report' as const), twist, ...skew }) },
);
const many = (...of: fc.WeightedArbitrary<ModelStep>[]) => fc.array(fc.oneof(...of), { minLength: 1, maxLength: 40, size: 'max' });

/** Calls that are repeated, late, of another epoch, or say more or less than is so; a store that never loses what it has written. */
export const modelSteps: fc.Arbitrary<readonly ModelStep[]> = many(
  { weight: 14, arbitrary: apply },
  { weight: 2, arbitrary: again },
  { weight: 6, arbitrary: report },
);

/** The same over a store that loses writes, asked also by some who no longer wait. */
export const modelStepsWithLoss: fc.Arbitrary<readonly ModelStep[]> = many(
  { weight: 14, arbitrary: apply },
  { weight: 2, arbitrary: again },
  { weight: 6, arbitrary: report },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('too_late' as const), units: someUnits }) },
  { weight: 1, arbitrary: fc.constant<ModelStep>({ kind: 'remember' }) },
  { weight: 1, arbitrary: fc.constant<ModelStep>({ kind: 'forget' }) },
);

import fc from 'fast-check';
import { refuse, type Refusal } from '@holdfast/core/base';
import { type Resource, Resources } from '@holdfast/core/resources';
import { applyTransaction, type LedgerUnit, type StoreLedger, type UnitResult } from '@holdfast/core/volumes';
import {
  askLedger,
  context,
  cpus,
  create,
  customExecutor,
  destroy,
  drain,
  engDisk,
  executor,
  framework,
  grow,
  launch,
  launchGroup,
  ledgerWith,
  mem,
  reserve,
  reserved,
  shrink,
  task,
  taskOf,
  unreserve,
  volume,
} from './accept.fixture';
import type { AcceptContext, AcceptPlan, Settlement } from './accept-plan';
import type { Operation } from './operation';
import { planAccept } from './plan-accept';
import { settleAccept } from './settle-accept';

/* What the laws of an ACCEPT are tried on: agents, operations and ledgers of every kind. */

export const RUNS = 300;

/** Few ids and few sizes, so that operations meet. */
export const IDS = ['v0', 'v1', 'v2', 'v3'];
const LIKELY = ['v0', 'v0', 'v0', 'v1', 'v2', 'v3'];
const isSharedId = (id: string): boolean => id !== 'v3';
export const volumeOf = (id: string, mb = 20): Resource => volume(id, { mb, shared: isSharedId(id) });

export interface World {
  readonly context: AcceptContext;
  readonly ledger: StoreLedger;
  readonly whims: readonly string[];
  readonly down: boolean;
}

const WHIMS = [
  ...IDS.flatMap((id) => [`create_volume ${id}`, `destroy_volume ${id}`, `drain_volume ${id}`, `resize_volume ${id}`]),
  'acquire_volumes t0',
  'acquire_volumes t1',
];

/** What is usual comes usually, so that most of an ACCEPT goes through and the rest can build on it. */
const seldom = <T>(odd: fc.Arbitrary<T>, usual: T): fc.Arbitrary<T> =>
  fc.oneof({ weight: 1, arbitrary: odd }, { weight: 5, arbitrary: fc.constant(usual) });

export const world: fc.Arbitrary<World> = fc
  .record({
    plain: fc.record({
      cpus: fc.integer({ min: 1, max: 12 }),
      mem: fc.integer({ min: 1, max: 6 }),
      reserved: fc.integer({ min: 0, max: 2 }),
    }),
    disk: fc.integer({ min: 0, max: 8 }),
    offeredCopies: fc.array(fc.constantFrom(0, 1, 1, 2), { minLength: 4, maxLength: 4 }),
    onAgent: fc.oneof(fc.constantFrom<string[][]>(['v0', 'v1'], ['v0', 'v1', 'v3']), fc.subarray(IDS)),
    held: seldom<string[]>(fc.subarray(IDS, { maxLength: 2 }), []),
    destroying: seldom<string[]>(fc.subarray(IDS, { maxLength: 1 }), []),
    isVerified: seldom(fc.constant(false), true),
    canShare: seldom(fc.constant(false), true),
    mayGrowShared: seldom(fc.constant(false), true),
    isRunning: seldom(fc.constant(true), false),
    whims: seldom<string[]>(fc.subarray(WHIMS, { maxLength: 3 }), []),
    down: seldom(fc.constant(true), false),
  })
  .map(({ plain, disk, offeredCopies, onAgent, held, destroying, isVerified, canShare, mayGrowShared, isRunning, whims, down }) => {
    const inOffers = onAgent.flatMap((id) =>
      Array.from({ length: isSharedId(id) ? offeredCopies[IDS.indexOf(id)]! : 1 }, () => volumeOf(id)),
    );
    const quantities = [cpus(plain.cpus), mem(plain.mem * 32), reserved(cpus(plain.reserved), 'eng'), engDisk(disk * 20 + 2)];
    const agentTotal = Resources.of([...quantities, cpus(1), ...onAgent.map((id) => volumeOf(id))]);
    const known = ledgerWith(
      [...new Set([...onAgent, ...destroying])].map((id) => volumeOf(id)),
      { 'task-of-another': held.map((id) => volumeOf(id)) },
    );
    const units = destroying.map((id): LedgerUnit => ({ kind: 'destroy_volume', volume: `eng/${id}` }));
    const ledger = applyTransaction(known, { storeId: 's1', epoch: 1, seenRevision: 0, nowMs: 2_000, units }).ledger;
    return {
      context: context([...quantities, ...inOffers], {
        agentTotal,
        framework: framework(canShare ? {} : { capabilities: new Set(['MULTI_ROLE']) }),
        mayGrowShared,
        findExecutor: (id) => (isRunning && id === 'e0' ? executor('e0') : isRunning && id === 'c0' ? customExecutor('c0') : undefined),
      }),
      ledger: isVerified ? ledger : { ...ledger, verifiedEpoch: 0 },
      whims,
      down,
    };
  });

/** Two different volumes, or seldom one twice. */
const someVolumes = (...ids: string[]) => {
  const named = fc.tuple(fc.constantFrom(...ids), seldom(fc.constant(40), 20));
  return fc.oneof(
    { weight: 8, arbitrary: fc.uniqueArray(named, { minLength: 1, maxLength: 2, selector: ([id]) => id }) },
    { weight: 1, arbitrary: fc.array(named, { minLength: 2, maxLength: 2 }) },
  );
};
const amount = fc.constantFrom(0.5, 1);
const taskVolumes = fc.oneof(
  { weight: 8, arbitrary: fc.uniqueArray(fc.constantFrom(...LIKELY), { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom<string[][]>(['v0', 'v0'], ['v3', 'v3']) },
);
const taskId = fc.constantFrom('t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7');

const tasks = (least: number, most: number) =>
  fc
    .array(
      fc.record({
        id: taskId,
        cpu: amount,
        disk: seldom(fc.constantFrom(20, 40), 0),
        own: seldom(fc.constant(true), false),
        ids: taskVolumes,
      }),
      { minLength: least, maxLength: most },
    )
    .map((list) =>
      list.map(({ id, cpu, disk, own, ids }) =>
        task(id, [own ? reserved(cpus(cpu), 'eng') : cpus(cpu), engDisk(disk), ...ids.map((each) => volumeOf(each))]),
      ),
    );

/** Mostly such that all of them are good, since one that is not refuses the group. */
const groupTasks = fc.oneof(
  { weight: 1, arbitrary: tasks(1, 3) },
  {
    weight: 3,
    arbitrary: fc
      .uniqueArray(fc.tuple(taskId, fc.constantFrom<string[]>([], ['v0'], ['v0'], ['v0', 'v1'], ['v3'])), {
        minLength: 1,
        maxLength: 3,
        selector: ([id]) => id,
      })
      .map((list) => list.map(([id, ids]) => task(id, [cpus(0.5), ...ids.map((each) => volumeOf(each))]))),
  },
);

const custom = fc.constantFrom(
  customExecutor('c0'),
  customExecutor('c0'),
  customExecutor('c1', [cpus(0.5)]),
  customExecutor('c0', [cpus(0.5)]),
);

/** Some by themselves, some with an executor that runs several of them. */
const launchedTasks = fc
  .tuple(tasks(0, 3), fc.array(fc.option(custom, { nil: undefined }), { minLength: 3, maxLength: 3 }))
  .map(([list, executorOf]) =>
    list.map((each, at) => {
      const of = executorOf[at];
      return of ? taskOf(of, each.taskId, each.resources.toCopies()) : each;
    }),
  );

/** Two that differ in size only, so that they meet one another and themselves; and one that tasks by themselves bring, too. */
const executors = fc.constantFrom(
  executor('e0'),
  executor('e0'),
  executor('e1'),
  executor('e0', [cpus(0.5), mem(32), engDisk(1)]),
  customExecutor('c0'),
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  amount.map((n) => reserve(reserved(cpus(n), 'eng'))),
  amount.map((n) => unreserve(reserved(cpus(n), 'eng'))),
  { weight: 3, arbitrary: someVolumes('v1', 'v2', 'v2', 'v3').map((list) => create(...list.map(([id, mb]) => volumeOf(id, mb)))) },
  { weight: 3, arbitrary: someVolumes(...LIKELY).map((list) => destroy(...list.map(([id, mb]) => volumeOf(id, mb)))) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(someVolumes(...LIKELY), fc.boolean())
      .map(([list, admitsReaders]) => drain({ admitsReaders })(...list.map(([id, mb]) => volumeOf(id, mb)))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('v0', 'v0', 'v0', 'v1', 'v2', 'v3'), seldom(fc.constant(40), 20), fc.constantFrom(5, 20, 40))
      .map(([id, mb, by]) => grow(volumeOf(id, mb), by)),
  },
  { weight: 1, arbitrary: fc.constantFrom(5, 20).map((by) => shrink(volumeOf('v3'), by)) },
  { weight: 4, arbitrary: launchedTasks.map((list) => launch(...list)) },
  { weight: 3, arbitrary: fc.tuple(executors, groupTasks).map(([of, list]) => launchGroup(of, ...list)) },
);

export const operations = fc.array(operation, { maxLength: 8 });

const DOWN: Refusal = refuse('ledger_unavailable', { problem: 'no route to host' });

export const nameOf = (unit: LedgerUnit): string =>
  `${unit.kind} ${unit.kind === 'acquire_volumes' ? unit.holder.taskId : 'volume' in unit ? unit.volume.replace('eng/', '') : ''}`;

export interface Outcome {
  readonly plan: AcceptPlan;
  readonly settlement: Settlement;
  readonly ledger: StoreLedger;
  readonly answer: readonly UnitResult[];
  readonly granted: readonly LedgerUnit[];
}

export function run({ context: of, ledger: before, whims, down }: World, list: readonly Operation[]): Outcome {
  const plan = planAccept(of, list);
  if (down && plan.units.length > 0) return { plan, settlement: settleAccept(plan, of, DOWN), ledger: before, answer: [], granted: [] };
  const { answer, ledger } = askLedger(plan, before, (unit) => whims.includes(nameOf(unit)));
  return { plan, settlement: settleAccept(plan, of, answer), ledger, answer, granted: plan.units.filter((_, at) => !answer[at]?.refusal) };
}

export const holds = (law: (world: World, operations: readonly Operation[]) => void): void =>
  fc.assert(fc.property(world, operations, law), { numRuns: RUNS });

import fc from 'fast-check';
import { refuse, type Refusal } from '@holdfast/core/base';
import { type Resource, Resources } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import { applyTransaction, type LedgerUnit, type StoreLedger } from '@holdfast/core/volumes';
import {
  askLedger,
  context,
  cpus,
  create,
  destroy,
  engDisk,
  executor,
  framework,
  grow,
  launch,
  launchGroup,
  ledgerWith,
  mem,
  outcomes,
  reserve,
  reserved,
  shrink,
  task,
  unreserve,
  volume,
} from './accept.fixture';
import type { AcceptContext, AcceptPlan, Settlement } from './accept-plan';
import { convert, convertTotal, unallocatedConversion } from './conversion';
import type { Operation } from './operation';
import { planAccept } from './plan-accept';
import { settleAccept } from './settle-accept';

const RUNS = 300;

/** Few ids and few sizes, so that operations meet. */
const IDS = ['v0', 'v1', 'v2', 'v3'];
const LIKELY = ['v0', 'v0', 'v0', 'v1', 'v2', 'v3'];
const isSharedId = (id: string): boolean => id !== 'v3';
const volumeOf = (id: string, mb = 20): Resource => volume(id, { mb, shared: isSharedId(id) });

interface World {
  readonly context: AcceptContext;
  readonly ledger: StoreLedger;
  readonly whims: readonly string[];
  readonly down: boolean;
}

const WHIMS = [
  ...IDS.flatMap((id) => [`create_volume ${id}`, `destroy_volume ${id}`, `resize_volume ${id}`]),
  'acquire_volumes t0',
  'acquire_volumes t1',
];

/** What is usual comes usually, so that most of an ACCEPT goes through and the rest can build on it. */
const seldom = <T>(odd: fc.Arbitrary<T>, usual: T): fc.Arbitrary<T> =>
  fc.oneof({ weight: 1, arbitrary: odd }, { weight: 5, arbitrary: fc.constant(usual) });

const world: fc.Arbitrary<World> = fc
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
        findExecutor: (id) => (isRunning && id === 'e0' ? executor('e0') : undefined),
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

/** Two that differ in size only, so that they meet one another and themselves. */
const executors = fc.constantFrom(executor('e0'), executor('e0'), executor('e1'), executor('e0', [cpus(0.5), mem(32), engDisk(1)]));

const operation: fc.Arbitrary<Operation> = fc.oneof(
  amount.map((n) => reserve(reserved(cpus(n), 'eng'))),
  amount.map((n) => unreserve(reserved(cpus(n), 'eng'))),
  { weight: 3, arbitrary: someVolumes('v1', 'v2', 'v2', 'v3').map((list) => create(...list.map(([id, mb]) => volumeOf(id, mb)))) },
  { weight: 3, arbitrary: someVolumes(...LIKELY).map((list) => destroy(...list.map(([id, mb]) => volumeOf(id, mb)))) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('v0', 'v0', 'v0', 'v1', 'v2', 'v3'), seldom(fc.constant(40), 20), fc.constantFrom(5, 20, 40))
      .map(([id, mb, by]) => grow(volumeOf(id, mb), by)),
  },
  { weight: 1, arbitrary: fc.constantFrom(5, 20).map((by) => shrink(volumeOf('v3'), by)) },
  { weight: 4, arbitrary: tasks(0, 3).map((list) => launch(...list)) },
  { weight: 3, arbitrary: fc.tuple(executors, groupTasks).map(([of, list]) => launchGroup(of, ...list)) },
);

const operations = fc.array(operation, { maxLength: 8 });

const DOWN: Refusal = refuse('ledger_unavailable', { problem: 'no route to host' });

const nameOf = (unit: LedgerUnit): string =>
  `${unit.kind} ${unit.kind === 'acquire_volumes' ? unit.holder.taskId : 'volume' in unit ? unit.volume.replace('eng/', '') : ''}`;

interface Outcome {
  readonly plan: AcceptPlan;
  readonly settlement: Settlement;
  readonly ledger: StoreLedger;
  readonly granted: readonly LedgerUnit[];
}

function run({ context: of, ledger: before, whims, down }: World, list: readonly Operation[]): Outcome {
  const plan = planAccept(of, list);
  if (down && plan.units.length > 0) return { plan, settlement: settleAccept(plan, of, DOWN), ledger: before, granted: [] };
  const { answer, ledger } = askLedger(plan, before, (unit) => whims.includes(nameOf(unit)));
  return { plan, settlement: settleAccept(plan, of, answer), ledger, granted: plan.units.filter((_, at) => !answer[at]?.refusal) };
}

const allocatedSum = (...parts: readonly Resources[]): Resources => Resources.sum(parts);

const holds = (law: (world: World, operations: readonly Operation[]) => void): void =>
  fc.assert(fc.property(world, operations, law), { numRuns: RUNS });

describe('an ACCEPT, whatever the agent, the operations and the ledger', () => {
  it('answers each operation and each task in its place', () => {
    holds((given, list) => {
      const { settlement } = run(given, list);
      expect(settlement.results.map(({ type, tasks }) => [type, tasks.map(({ taskId }) => taskId)])).toEqual(
        list.map((each) => [each.type, 'tasks' in each ? each.tasks.map(({ taskId }) => taskId) : []]),
      );
    });
  });

  it('loses nothing and makes nothing: offered + produced = consumed + used + recovered (promise 3)', () => {
    holds((given, list) => {
      const { settlement: s } = run(given, list);
      const before = allocatedSum(given.context.offered, ...s.conversions.map(({ produced }) => produced));
      const after = allocatedSum(...s.conversions.map(({ consumed }) => consumed), s.used, s.recoverUnfiltered, s.recoverFiltered);
      expect(after.toString().split('; ').sort()).toEqual(before.toString().split('; ').sort());
      expect(after.equals(before)).toBe(true);
    });
  });

  it('never takes what is not there, step by step, extra copies aside (promise 3, A-058)', () => {
    holds((given, list) => {
      const { settlement: s } = run(given, list);
      let remaining = given.context.offered.unallocate();
      const use = (resources: Resources): void => {
        remaining = remaining.add(resources.shared().subtract(remaining.shared()));
        expect(remaining.contains(resources)).toBe(true);
        remaining = remaining.subtract(resources);
      };
      for (const step of s.agentSteps) {
        if (step.kind === 'apply_operation') {
          if ('volume' in step.operation) remaining = remaining.add(step.conversion.consumed.shared().subtract(remaining.shared()));
          const converted = convert(remaining, step.conversion);
          expect(converted.ok).toBe(true);
          remaining = converted.ok ? converted.value : remaining;
        } else if (step.kind === 'run_task') {
          use(step.task.info.resources);
        } else {
          for (const { info } of step.tasks) use(info.resources);
          use(step.group.executorResources.unallocate());
        }
      }
      expect(remaining.equals(allocatedSum(s.recoverFiltered, s.recoverUnfiltered).unallocate())).toBe(true);
    });
  });

  it('never launches more of a quantity than was offered', () => {
    holds((given, list) => {
      const { settlement: s } = run(given, list);
      for (const name of ['cpus', 'mem']) expect(s.used.scalarMilli(name)).toBeLessThanOrEqual(given.context.offered.scalarMilli(name));
    });
  });

  it('converts the agent’s total in order, and leaves it as large as it was (A-097)', () => {
    holds((given, list) => {
      const { settlement: s } = run(given, list);
      const total = convertTotal(given.context.agentTotal, s.conversions.map(unallocatedConversion));
      expect(total.ok && Object.fromEntries(total.value.scalars())).toEqual(Object.fromEntries(given.context.agentTotal.scalars()));
      for (const { copies } of total.ok ? total.value.entries() : []) expect(copies).toBe(1);
      for (const { from, to } of s.resized) expect(total.ok && [total.value.count(from), total.value.count(to)]).toEqual([0, 1]);
    });
  });

  it('is decided the same way every time', () => {
    holds((given, list) => {
      const again = { ...given, context: { ...given.context, newLaunchId: context([]).newLaunchId } };
      const counted = { ...given, context: { ...given.context, newLaunchId: context([]).newLaunchId } };
      expect(run(counted, list).settlement).toEqual(run(again, list).settlement);
    });
  });

  it('does what the ledger granted, and nothing that it refused (promise 2)', () => {
    holds((given, list) => {
      const { settlement: s, granted } = run(given, list);
      const done = s.agentSteps.flatMap((step) => {
        const started = step.kind === 'run_task' ? [step.task] : step.kind === 'run_group' ? step.tasks : [];
        const holding = started.filter(({ volumes }) => volumes.length > 0);
        if (step.kind !== 'apply_operation') return holding.map(({ info }) => `acquire_volumes ${info.taskId}`);
        if ('volume' in step.operation) return [`resize_volume ${step.operation.volume.disk?.persistence?.id}`];
        const { type, resources } = step.operation;
        const kind = type === 'CREATE' ? 'create_volume' : 'destroy_volume';
        return type === 'CREATE' || type === 'DESTROY' ? resources.map((each) => `${kind} ${each.disk?.persistence?.id}`) : [];
      });
      expect(done).toEqual(granted.map(nameOf));
    });
  });

  it('holds every volume of every launched task, and destroys none that anybody holds (promises 1 and 2)', () => {
    holds((given, list) => {
      const { settlement: s, ledger } = run(given, list);
      for (const { task: launched } of s.launched) {
        for (const { volume: key } of launched.volumes)
          expect(JSON.stringify([...(ledger.holdings.get(key) ?? [])])).toContain(launched.launchId);
      }
      for (const { to } of s.resized) expect(ledger.volumes.get(keyOfVolume(to))?.resource).toEqual(to);
      for (const each of s.destroying) expect(ledger.holdings.get(`eng/${each.disk?.persistence?.id}`)?.size ?? 0).toBe(0);
    });
  });

  it('starts a task group whole or not at all, and tells all of its tasks the same (B-074)', () => {
    holds((given, list) => {
      const { plan, settlement: s, ledger } = run(given, list);
      s.results.forEach(({ type, refusal, tasks: results }, at) => {
        if (type !== 'LAUNCH_GROUP') return;
        const started = s.launched.filter(({ operationIndex }) => operationIndex === at).map(({ task: { info } }) => info.taskId);
        expect(started).toEqual(refusal ? [] : results.map(({ taskId }) => taskId));
        expect(results.map((each) => each.refusal)).toEqual(results.map(() => refusal));
        expect(s.agentSteps.filter((step) => step.operationIndex === at).map(({ kind }) => kind)).toEqual(refusal ? [] : ['run_group']);
        const holders = JSON.stringify([...ledger.holdings.values()].map((each) => [...each.keys()]));
        for (const planned of plan.steps[at]!.tasks) {
          const isHolder = planned !== undefined && holders.includes(`/${planned.launchId}"`);
          expect(isHolder).toBe(!refusal && planned!.volumes.length > 0);
        }
      });
    });
  });

  it('charges an executor once, and one that runs already never (D-036)', () => {
    holds((given, list) => {
      const { settlement: s } = run(given, list);
      const seen = new Set<string>();
      for (const step of s.agentSteps) {
        if (step.kind !== 'run_group') continue;
        const { executor: of, executorResources } = step.group;
        const isThere = given.context.findExecutor(of.executorId) !== undefined || seen.has(of.executorId);
        expect(executorResources.unallocate().equals(isThere ? Resources.empty : of.resources)).toBe(true);
        seen.add(of.executorId);
      }
    });
  });

  it('lets nothing use what it resizes, neither as it was nor as it is (B-060)', () => {
    holds((given, list) => {
      const { settlement: s } = run(given, list);
      for (const { from } of s.resized) {
        const key = keyOfVolume(from);
        const at = s.agentSteps.findIndex(
          (step) => step.kind === 'apply_operation' && 'volume' in step.operation && keyOfVolume(step.operation.volume) === key,
        );
        const later = s.agentSteps.slice(at + 1).flatMap((step) => {
          if (step.kind !== 'apply_operation')
            return (step.kind === 'run_task' ? [step.task] : step.tasks).flatMap(({ volumes }) => volumes.map(({ volume: each }) => each));
          return 'volume' in step.operation ? [keyOfVolume(step.operation.volume)] : step.operation.resources.map(keyOfVolume);
        });
        expect(later).not.toContain(key);
      }
    });
  });

  it('is not changed by what it refused: without the refused lines it comes to the same (B-071)', () => {
    holds((given, list) => {
      const whole = run(given, list);
      const accepted = list.flatMap((each, at): Operation[] => {
        const { refusal, tasks } = whole.settlement.results[at]!;
        if (each.type === 'LAUNCH') return [{ ...each, tasks: each.tasks.filter((_, index) => !tasks[index]?.refusal) }];
        return refusal ? [] : [each];
      });
      const rest = run(given, accepted);
      expect(outcomes(rest.settlement).join(' ')).toMatch(/^(applied|staged| )*$/);
      for (const key of ['used', 'recoverFiltered', 'recoverUnfiltered'] as const) {
        expect(rest.settlement[key].equals(whole.settlement[key])).toBe(true);
      }
      expect(rest.settlement.destroying).toEqual(whole.settlement.destroying);
      expect(rest.settlement.resized).toEqual(whole.settlement.resized);
      expect(rest.settlement.conversions.map(shown)).toEqual(whole.settlement.conversions.map(shown));
      expect([...rest.ledger.volumes].map(([key, { state }]) => [key, state])).toEqual(
        [...whole.ledger.volumes].map(([key, { state }]) => [key, state]),
      );
    });
  });

  it('is not changed by where lines stand that can never be accepted', () => {
    const never: fc.Arbitrary<Operation> = fc.constantFrom(
      reserve(cpus(1)),
      unreserve(volumeOf('v0')),
      create(volumeOf('v0'), volumeOf('v0')),
      destroy(volumeOf('unknown')),
      grow(volumeOf('v0'), 0),
      shrink(volumeOf('v0'), 5),
      launchGroup(executor('e0', undefined, { type: 'CUSTOM' }), task('t0', [cpus(1)])),
      launchGroup(executor('e2'), task('t0', [cpus(1)]), task('t0', [cpus(1)])),
      launch(task('t0', [cpus(1)], { agentId: 'another' })),
      {
        type: 'MALFORMED',
        declaredType: 'CREATE',
        refusal: refuse('operation_unsupported', { operation: 'CREATE' }),
        taskIds: [],
      } as const,
    );
    const inserted = fc.array(fc.tuple(fc.nat({ max: 6 }), never), { maxLength: 3 });
    fc.assert(
      fc.property(world, operations, inserted, (given, list, extra) => {
        const lines = list.map((each) => ({ each, isExtra: false }));
        for (const [at, each] of extra) lines.splice(Math.min(at, lines.length), 0, { each, isExtra: true });
        const plain = run(given, list).settlement;
        const mixed = run(
          given,
          lines.map(({ each }) => each),
        ).settlement;
        expect(outcomes(mixed).filter((_, at) => !lines[at]?.isExtra)).toEqual(outcomes(plain));
        expect(outcomes(mixed).filter((word, at) => lines[at]?.isExtra && (word === 'applied' || word === 'staged'))).toEqual([]);
        expect(mixed.used.equals(plain.used) && mixed.recoverFiltered.equals(plain.recoverFiltered)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('CREATE, then DESTROY', () => {
  it('restores what there was, whatever volumes (A-024)', () => {
    const sizes = fc.uniqueArray(fc.tuple(fc.constantFrom(...IDS), fc.integer({ min: 1, max: 40 })), {
      minLength: 1,
      maxLength: 4,
      selector: ([id]) => id,
    });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 10 }), (list, spare) => {
        const volumes = list.map(([id, mb]) => volumeOf(id, mb));
        const offer = context([engDisk(spare + list.reduce((sum, [, mb]) => sum + mb, 0)), cpus(1)]);
        const given = { context: offer, ledger: ledgerWith([]), whims: [], down: false };
        const { settlement } = run(given, [create(...volumes), destroy(...volumes)]);
        expect(outcomes(settlement)).toEqual(['applied', 'applied']);
        expect(settlement.recoverFiltered.equals(offer.offered)).toBe(true);
        expect(settlement.recoverUnfiltered.isEmpty).toBe(true);
      }),
    );
  });
});

const shown = ({ consumed, produced }: Settlement['conversions'][number]): string => `${consumed} → ${produced}`;

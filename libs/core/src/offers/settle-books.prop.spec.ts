import fc from 'fast-check';
import { Resources } from '@holdfast/core/resources';
import { context, cpus, create, destroy, engDisk, ledgerWith, outcomes } from './accept.fixture';
import { convert, convertTotal, unallocatedConversion } from './conversion';
import { holds, IDS, run, volumeOf } from './random-accepts.fixture';

const allocatedSum = (...parts: readonly Resources[]): Resources => Resources.sum(parts);

describe('the books of an ACCEPT, whatever the agent, the operations and the ledger', () => {
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
          if (step.task.executor) use(step.task.executor.executorResources.unallocate());
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

  it('charges an executor once, and one that runs already never (D-036)', () => {
    holds((given, list) => {
      const { settlement: s } = run(given, list);
      const seen = new Set<string>();
      for (const step of s.agentSteps) {
        const brought = step.kind === 'run_group' ? step.group : step.kind === 'run_task' ? step.task.executor : undefined;
        if (!brought) continue;
        const { executor: of, executorResources } = brought;
        const isThere = given.context.findExecutor(of.executorId) !== undefined || seen.has(of.executorId);
        expect(executorResources.unallocate().equals(isThere ? Resources.empty : of.resources)).toBe(true);
        seen.add(of.executorId);
      }
    });
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

import fc from 'fast-check';
import { Resources } from '@holdfast/core/resources';
import { cpus, engDisk, mem } from './accept.fixture';
import { ResourcePool } from './resource-pool';

const quantities = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))
  .map(([c, m, d]) => Resources.of([cpus(c), mem(m), engDisk(d)]));

const action = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), resources: quantities, isConditional: fc.boolean() }),
  fc.record({ kind: fc.constant('take' as const), resources: quantities }),
);

describe('ResourcePool, against one plain sum', () => {
  it('gives exactly what the sum would give, and names every step that it needed and no other', () => {
    fc.assert(
      fc.property(quantities, fc.array(action, { maxLength: 12 }), (first, actions) => {
        const pool = new ResourcePool(first);
        let sum = first;
        let sure = first;
        actions.forEach((each, step) => {
          if (each.kind === 'add') {
            pool.add(each.resources, each.isConditional ? step : undefined);
            sum = sum.add(each.resources);
            if (!each.isConditional) sure = sure.add(each.resources);
            return;
          }
          const steps = pool.take(each.resources);
          expect(steps !== undefined).toBe(sum.contains(each.resources));
          if (steps === undefined) return;
          expect(steps.length === 0).toBe(sure.contains(each.resources));
          expect(steps.every((other) => other < step && actions[other]?.kind === 'add')).toBe(true);
          sum = sum.subtract(each.resources);
          sure = sure.subtract(each.resources);
        });
        expect(pool.all.equals(sum)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

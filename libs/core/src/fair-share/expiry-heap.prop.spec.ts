import fc from 'fast-check';
import { type Expiring, ExpiryHeap } from './expiry-heap';

type Step = { kind: 'push'; atMs: number } | { kind: 'remove'; index: number } | { kind: 'pop'; nowMs: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), atMs: fc.nat(50) }),
  fc.record({ kind: fc.constant('remove' as const), index: fc.nat(40) }),
  fc.record({ kind: fc.constant('pop' as const), nowMs: fc.nat(60) }),
);

describe('the heap of things that end', () => {
  it('hands out exactly what is due and still there, soonest first', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const heap = new ExpiryHeap<Expiring>();
        let dumb: Expiring[] = [];
        const all: Expiring[] = [];
        for (const each of steps) {
          if (each.kind === 'push') {
            const item = { expiresAtMs: each.atMs, heapIndex: -1 };
            all.push(item);
            dumb.push(item);
            heap.push(item);
          } else if (each.kind === 'remove') {
            const item = all[each.index % Math.max(1, all.length)];
            if (item) heap.remove(item);
            dumb = dumb.filter((other) => other !== item);
          } else {
            const due = heap.popDue(each.nowMs);
            const expected = dumb.filter(({ expiresAtMs }) => expiresAtMs <= each.nowMs);
            expect(due.map(({ expiresAtMs }) => expiresAtMs)).toEqual(expected.map(({ expiresAtMs }) => expiresAtMs).sort((a, b) => a - b));
            expect(new Set(due)).toEqual(new Set(expected));
            dumb = dumb.filter((item) => !expected.includes(item));
          }
          expect(heap.size).toBe(dumb.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

import fc from 'fast-check';
import { ShareNode } from './share-node';
import { ShareOrder } from './share-order';
import { ShareTotals } from './share-totals';

type Step =
  | { kind: 'charge'; node: number; milli: number }
  | { kind: 'offer'; node: number }
  | { kind: 'weigh'; node: number; weight: number }
  | { kind: 'leave' | 'join'; node: number }
  | { kind: 'total'; milli: number }
  | { kind: 'look' };

const node = fc.nat(11);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('charge' as const), node, milli: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('offer' as const), node }) },
  fc.record({ kind: fc.constant('weigh' as const), node, weight: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constantFrom('leave' as const, 'join' as const), node }),
  fc.record({ kind: fc.constant('total' as const), milli: fc.integer({ min: 0, max: 100 }) }),
  { weight: 3, arbitrary: fc.constant({ kind: 'look' as const }) },
);

describe('the order of siblings', () => {
  it('is that of sorting everything anew by share, offers and name (C-034)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const totals = new ShareTotals();
        let total = [50];
        totals.replace([], total);
        const order = new ShareOrder<number>(totals);
        const nodes = Array.from({ length: 12 }, (_, at) => new ShareNode(at, `n${at}`));
        const inside = new Set<ShareNode<number>>();
        const dumb = () =>
          [...inside].sort(
            (a, b) => a.share(totals.quantities) - b.share(totals.quantities) || a.offers - b.offers || (a.name < b.name ? -1 : 1),
          );
        for (const each of [...steps, { kind: 'look' } as const]) {
          if (each.kind === 'look') {
            expect(order.inOrder().map(({ name }) => name)).toEqual(dumb().map(({ name }) => name));
          } else if (each.kind === 'total') {
            totals.replace(total, [each.milli]);
            total = [each.milli];
          } else {
            const chosen = nodes[each.node]!;
            if (each.kind === 'charge') chosen.charge([each.milli], 1);
            else if (each.kind === 'offer') chosen.countOffer();
            else if (each.kind === 'weigh') chosen.setWeight(each.weight);
            else if (each.kind === 'join') {
              order.add(chosen);
              inside.add(chosen);
            } else {
              order.remove(chosen);
              inside.delete(chosen);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not change under somebody who walks over it', () => {
    const totals = new ShareTotals();
    totals.replace([], [100]);
    const order = new ShareOrder<string>(totals);
    const nodes = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => new ShareNode(name, name));
    for (const each of nodes) order.add(each);
    const walked: string[] = [];
    for (const each of order.inOrder()) {
      walked.push(each.name);
      each.charge([10], 1);
    }
    expect(walked.join('')).toBe('abcdefgh');
  });
});

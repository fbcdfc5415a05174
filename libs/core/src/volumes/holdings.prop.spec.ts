import fc from 'fast-check';
import { holderId, type Holder } from '@holdfast/core/base';
import { compareText, hold, holdersOf, isHeldBy, NOBODY, referenceCount, release, type Holdings } from './holdings';

const VOLUMES = ['eng/a', 'eng/b'] as const;
const holder = fc
  .record({ taskId: fc.constantFrom('t1', 't2'), launchId: fc.constantFrom('l1', 'l2') })
  .map((ids): Holder => ({ frameworkId: 'f', agentId: 'a', mode: 'RW', state: 'pending', sinceMs: 1, ...ids }));
const step = fc.record({ isHold: fc.boolean(), volume: fc.constantFrom(...VOLUMES), holder });
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const take = (holdings: Holdings, { isHold, volume, holder: who }: Step): Holdings =>
  isHold ? hold(holdings, volume, who) : release(holdings, volume, holderId(who));

describe('holdings', () => {
  it('are the set of pairs that were held and not released since', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        // Deliberately dumb: the last word about a pair counts.
        const last = new Map(steps.map(({ isHold, volume, holder: who }) => [`${volume} ${holderId(who)}`, isHold]));
        const holdings = steps.reduce(take, NOBODY);
        for (const { volume, holder: who } of steps) {
          expect(isHeldBy(holdings, volume, holderId(who))).toBe(last.get(`${volume} ${holderId(who)}`));
        }
        for (const volume of VOLUMES) {
          const count = [...last].filter(([pair, isHeld]) => isHeld && pair.startsWith(`${volume} `)).length;
          expect(referenceCount(holdings, volume)).toBe(count);
          expect(holdersOf(holdings, volume)).toHaveLength(count);
        }
      }),
    );
  });

  it('do not change when a hold or a release is repeated (promise 6)', () => {
    fc.assert(
      fc.property(fc.array(step), step, (steps, again) => {
        const once = take(steps.reduce(take, NOBODY), again);
        expect(take(once, again)).toBe(once);
      }),
    );
  });

  it('order text as the bytes of its UTF-8 are ordered, as the Lua scripts do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      {
        examples: [
          ['\uffee', '😀'],
          ['', 'a'],
          ['a', 'ab'],
        ],
      },
    );
  });
});

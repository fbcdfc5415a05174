import fc from 'fast-check';
import { addRanges, canonicalRanges, containsRanges, type Ranges, sameRanges, subtractRanges } from './ranges';

/** Possibly inverted, overlapping and unsorted. */
const rough = fc.array(fc.record({ begin: fc.nat(25), end: fc.nat(25) }), { maxLength: 6 });
const ranges = rough.map(canonicalRanges);

/** The dumb form: the numbers themselves. */
const numbers = (list: Ranges): Set<number> =>
  new Set(list.flatMap(({ begin, end }) => Array.from({ length: Math.max(0, end - begin + 1) }, (_, at) => begin + at)));
const sorted = (set: Iterable<number>) => [...set].sort((a, b) => a - b);

const isCanonical = (list: Ranges) => list.every(({ begin, end }, at) => begin <= end && (at === 0 || list[at - 1]!.end + 1 < begin));

it('brings any ranges into one form with the same numbers', () => {
  fc.assert(
    fc.property(rough, (list) => {
      expect(isCanonical(canonicalRanges(list))).toBe(true);
      expect(sorted(numbers(canonicalRanges(list)))).toEqual(sorted(numbers(list)));
    }),
  );
});

it('adds, subtracts and compares as sets of numbers do', () => {
  fc.assert(
    fc.property(ranges, ranges, (left, right) => {
      const [a, b] = [numbers(left), numbers(right)];
      const [sum, rest] = [addRanges(left, right), subtractRanges(left, right)];
      expect([isCanonical(sum), isCanonical(rest)]).toEqual([true, true]);
      expect(sorted(numbers(sum))).toEqual(sorted(new Set([...a, ...b])));
      expect(sorted(numbers(rest))).toEqual(sorted([...a].filter((number) => !b.has(number))));
      expect(containsRanges(left, right)).toBe([...b].every((number) => a.has(number)));
      expect(sameRanges(left, right)).toBe(a.size === b.size && [...a].every((number) => b.has(number)));
      expect(containsRanges(sum, left) && containsRanges(left, rest)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

import type { Range } from './resource';

/** Sorted, without overlap, neighbours joined: the one form in which two equal sets of numbers look equal. */
export type Ranges = readonly Range[];

const isCanonical = (ranges: Ranges): boolean => ranges.every((range, at) => at === 0 || ranges[at - 1]!.end + 1 < range.begin);

/** Brings ranges into the canonical form; an inverted range counts as empty. Answers the same object where nothing changes. */
export function canonicalRanges(ranges: Ranges): Ranges {
  if (ranges.every((range) => range.begin <= range.end) && isCanonical(ranges)) return ranges;
  const sorted = ranges.filter((range) => range.begin <= range.end).sort((a, b) => a.begin - b.begin);
  const joined: Range[] = [];
  for (const range of sorted) {
    const last = joined.at(-1);
    if (last && range.begin <= last.end + 1) joined[joined.length - 1] = { begin: last.begin, end: Math.max(last.end, range.end) };
    else joined.push(range);
  }
  return joined;
}

export const addRanges = (left: Ranges, right: Ranges): Ranges => canonicalRanges([...left, ...right]);

/** Every number of `left` that is not in `right`. Both canonical. */
export function subtractRanges(left: Ranges, right: Ranges): Ranges {
  const rest: Range[] = [];
  let at = 0;
  for (const range of left) {
    let begin = range.begin;
    while (at < right.length && right[at]!.end < begin) at++;
    let next = at;
    while (next < right.length && right[next]!.begin <= range.end) {
      if (begin < right[next]!.begin) rest.push({ begin, end: right[next]!.begin - 1 });
      begin = right[next]!.end + 1;
      next++;
    }
    if (begin <= range.end) rest.push({ begin, end: range.end });
  }
  return rest;
}

/** Both canonical, so each range of `right` lies within one of `left`. */
export function containsRanges(left: Ranges, right: Ranges): boolean {
  let at = 0;
  return right.every((range) => {
    while (at < left.length && left[at]!.end < range.begin) at++;
    const candidate = left[at];
    return candidate !== undefined && candidate.begin <= range.begin && range.end <= candidate.end;
  });
}

export const sameRanges = (left: Ranges, right: Ranges): boolean =>
  left.length === right.length && left.every((range, at) => range.begin === right[at]!.begin && range.end === right[at]!.end);

/** `[1-2, 5-6]`, as Mesos prints it. */
export const formatRanges = (ranges: Ranges): string => `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(', ')}]`;

import type { Range } from '@holdfast/core/resources';

/** What the system has no number for. */
const HIGHEST = 2 ** 32 - 2;

/** Reads `10000-20000`, several with commas between them, in brackets or not as in Mesos' --volume_gid_range. Throws a sentence. */
export function parseGroupIds(text: string): readonly Range[] {
  const inner = /^\s*\[(.*)\]\s*$/.exec(text)?.[1] ?? text;
  const ranges = inner.split(',').map((part) => {
    const [, first, last] = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(part) ?? [];
    if (first === undefined || last === undefined) throw new Error(`'${part.trim()}' is not a range of group ids such as 10000-20000`);
    const range = { begin: Number(first), end: Number(last) };
    if (range.begin > range.end) throw new Error(`the range ${part.trim()} ends before it begins`);
    if (range.begin === 0) throw new Error('group id 0 is that of root');
    if (range.end > HIGHEST) throw new Error(`group ids end at ${HIGHEST}`);
    return range;
  });
  const ordered = [...ranges].sort((a, b) => a.begin - b.begin);
  for (const [at, { begin }] of ordered.entries()) {
    if (at > 0 && begin <= ordered[at - 1]!.end) throw new Error(`group id ${begin} is in two of its ranges`);
  }
  return ordered;
}

/** What is wrong with the text, as a sentence; undefined: nothing. */
export function groupIdsProblem(text: string): string | undefined {
  try {
    parseGroupIds(text);
    return undefined;
  } catch (fault) {
    return (fault as Error).message;
  }
}

/** How many group ids there are in ranges that do not overlap. */
export const groupIdCount = (ranges: readonly Range[]): number => ranges.reduce((sum, { begin, end }) => sum + end - begin + 1, 0);

/** The lowest that is not taken; undefined: none. `ranges` in order. */
export function lowestFree(ranges: readonly Range[], taken: ReadonlySet<number>): number | undefined {
  for (const { begin, end } of ranges) for (let gid = begin; gid <= end; gid++) if (!taken.has(gid)) return gid;
  return undefined;
}

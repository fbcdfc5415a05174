import { unreachable } from '@holdfast/core/base';
import { formatMilli, MILLI, MILLI_AT_MOST, toMilli } from './fixed-point';
import type { Problem } from './problem';
import type { Range, Resource } from './resource';

/**
 * What is wrong with how much there is (B-005, B-009). An input that was not zero and rounds to zero thousandths can only be seen where
 * it is read: see unitsProblem.
 */
export function valueProblem({ name, value }: Resource): Problem | undefined {
  switch (value.kind) {
    case 'scalar':
      return scalarProblem(name, value.milli);
    case 'ranges':
      return rangesProblem(value.ranges);
    case 'set':
      return setProblem(value.items);
    default:
      return unreachable(value);
  }
}

/** What is wrong with a scalar as it comes in, in units such as `0.1` cpus; to stand after its name (B-005). */
export function unitsProblem(units: number): string | undefined {
  if (!Number.isFinite(units)) return `must be a number, not ${units}`;
  if (units < 0) return `may not be negative: ${units}`;
  if (units > 0 && toMilli(units) === 0) return `is too small: ${units}; three decimal places are kept`;
  return toMilli(units) > MILLI_AT_MOST ? `is too large: ${units}` : undefined;
}

function scalarProblem(name: string, milli: number): Problem | undefined {
  const field = 'scalar.value';
  if (!Number.isInteger(milli)) return { field, problem: 'must be a number of at most three decimal places' };
  if (milli < 0) return { field, problem: `may not be negative: ${formatMilli(milli)}` };
  if (milli > MILLI_AT_MOST) return { field, problem: `is too large: ${formatMilli(milli)}` };
  return name === 'gpus' && milli % MILLI !== 0 ? { field, problem: `gpus must be a whole number, not ${formatMilli(milli)}` } : undefined;
}

function rangesProblem(ranges: readonly Range[]): Problem | undefined {
  const text = ({ begin, end }: Range) => `${begin}-${end}`;
  for (const [at, range] of ranges.entries()) {
    const field = `ranges.range[${at}]`;
    if (![range.begin, range.end].every((number) => Number.isSafeInteger(number) && number >= 0)) {
      return { field, problem: `must have whole numbers that are not negative: ${text(range)}` };
    }
    if (range.begin > range.end) return { field, problem: `ends before it begins: ${text(range)}` };
  }
  const sorted = [...ranges].sort((a, b) => a.begin - b.begin);
  const overlapping = sorted.find((range, at) => at > 0 && range.begin <= sorted[at - 1]!.end);
  return overlapping && { field: 'ranges', problem: `${text(overlapping)} overlaps another range` };
}

function setProblem(items: readonly string[]): Problem | undefined {
  const seen = new Set<string>();
  for (const [at, item] of items.entries()) {
    if (seen.has(item)) return { field: `set.item[${at}]`, problem: `'${item}' is there twice` };
    seen.add(item);
  }
  return undefined;
}

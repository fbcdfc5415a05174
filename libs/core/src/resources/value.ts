import { unreachable } from '@holdfast/core/base';
import { formatMilli } from './fixed-point';
import { addRanges, canonicalRanges, containsRanges, formatRanges, sameRanges, subtractRanges } from './ranges';
import type { Value } from './resource';
import { addItems, canonicalItems, containsItems, formatItems, sameItems, subtractItems } from './set-items';

/** Nothing at all. A negative or unreadable scalar counts as nothing, so that no sum can become negative. */
export function isEmptyValue(value: Value): boolean {
  if (value.kind === 'scalar') return !(value.milli > 0);
  return value.kind === 'ranges' ? value.ranges.length === 0 : value.items.length === 0;
}

/** The form in which a collection keeps a value; the same object where it has that form already. */
export function canonicalValue(value: Value): Value {
  if (value.kind === 'scalar') return value;
  if (value.kind === 'ranges') {
    const ranges = canonicalRanges(value.ranges);
    return ranges === value.ranges ? value : { kind: 'ranges', ranges };
  }
  const items = canonicalItems(value.items);
  return items === value.items ? value : { kind: 'set', items };
}

/** Canonical values of one kind; of two kinds the left one stays as it is. */
export function addValues(left: Value, right: Value): Value {
  if (left.kind === 'scalar' && right.kind === 'scalar') return { kind: 'scalar', milli: left.milli + right.milli };
  if (left.kind === 'ranges' && right.kind === 'ranges') return { kind: 'ranges', ranges: addRanges(left.ranges, right.ranges) };
  if (left.kind === 'set' && right.kind === 'set') return { kind: 'set', items: addItems(left.items, right.items) };
  return left;
}

/** What is left; a scalar may come out below nothing, which counts as empty. */
export function subtractValues(left: Value, right: Value): Value {
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    return { kind: 'scalar', milli: left.milli - right.milli };
  }
  if (left.kind === 'ranges' && right.kind === 'ranges') return { kind: 'ranges', ranges: subtractRanges(left.ranges, right.ranges) };
  if (left.kind === 'set' && right.kind === 'set') return { kind: 'set', items: subtractItems(left.items, right.items) };
  return left;
}

export function containsValue(left: Value, right: Value): boolean {
  if (left.kind === 'scalar' && right.kind === 'scalar') return left.milli >= right.milli;
  if (left.kind === 'ranges' && right.kind === 'ranges') return containsRanges(left.ranges, right.ranges);
  return left.kind === 'set' && right.kind === 'set' && containsItems(left.items, right.items);
}

export function sameValue(left: Value, right: Value): boolean {
  if (left.kind === 'scalar' && right.kind === 'scalar') return left.milli === right.milli;
  if (left.kind === 'ranges' && right.kind === 'ranges') return sameRanges(left.ranges, right.ranges);
  return left.kind === 'set' && right.kind === 'set' && sameItems(left.items, right.items);
}

/** As Mesos prints it: `0.5`, `[1-2, 5-6]`, `{a, b}`. */
export function formatValue(value: Value): string {
  switch (value.kind) {
    case 'scalar':
      return formatMilli(value.milli);
    case 'ranges':
      return formatRanges(value.ranges);
    case 'set':
      return formatItems(value.items);
    default:
      return unreachable(value);
  }
}

import { type Range, type Value, fromMilli, toMilli, unitsProblem } from '@holdfast/core/resources';
import { type Value_Range, type Value_Ranges, type Value_Scalar, type Value_Set, Value_Type } from '../gen/holdfast/v1/value';
import { malformed, readEach, required } from './edge';
import { readCount, writeCount } from './numbers';

/** The fields in which Resource and Attribute hold a value. */
export interface WireValue {
  type?: Value_Type | undefined;
  scalar?: Value_Scalar | undefined;
  ranges?: Value_Ranges | undefined;
  set?: Value_Set | undefined;
}

/** Thousandths from a double (B-005). */
export function readMilli(wire: Value_Scalar, field: string): number {
  const units = required(wire.value, `${field}.value`);
  const problem = unitsProblem(units);
  if (problem !== undefined) malformed(`${field}.value`, problem);
  const milli = toMilli(units);
  // Minus zero would be told from zero by some comparisons.
  return milli === 0 ? 0 : milli;
}

function readRange(wire: Value_Range): Range {
  const begin = readCount(wire.begin, 'begin');
  const end = readCount(wire.end, 'end');
  return begin > end ? malformed('', `is inverted: ${begin}-${end}`) : { begin, end };
}

/** Exactly the field that `type` names is set. */
export function readValue(wire: WireValue): Value {
  const type = required(wire.type, 'type');
  switch (type) {
    case Value_Type.SCALAR:
      refuseOthers(type, wire.ranges ?? wire.set);
      return { kind: 'scalar', milli: readMilli(required(wire.scalar, 'scalar'), 'scalar') };
    case Value_Type.RANGES:
      refuseOthers(type, wire.scalar ?? wire.set);
      return { kind: 'ranges', ranges: readEach(required(wire.ranges, 'ranges').range, 'ranges.range', readRange) };
    case Value_Type.SET:
      refuseOthers(type, wire.scalar ?? wire.ranges);
      return { kind: 'set', items: required(wire.set, 'set').item };
    default:
      return malformed('type', `${type} is not a type of resource`);
  }
}

function refuseOthers(type: Value_Type, other: object | undefined): void {
  if (other !== undefined) malformed('type', `is ${type}, but a value of another type is set`);
}

const TYPES: Readonly<Record<Value['kind'], Value_Type>> = { scalar: Value_Type.SCALAR, ranges: Value_Type.RANGES, set: Value_Type.SET };

export const valueType = ({ kind }: Value): Value_Type => TYPES[kind];

export const writeScalar = (value: Value): Value_Scalar | undefined =>
  value.kind === 'scalar' ? { value: fromMilli(value.milli) } : undefined;

export const writeRanges = (value: Value): Value_Ranges | undefined =>
  value.kind === 'ranges'
    ? { range: value.ranges.map(({ begin, end }) => ({ begin: writeCount(begin), end: writeCount(end) })) }
    : undefined;

export const writeSet = (value: Value): Value_Set | undefined => (value.kind === 'set' ? { item: [...value.items] } : undefined);

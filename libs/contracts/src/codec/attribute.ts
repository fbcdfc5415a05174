import type { Attribute } from '@holdfast/core/resources';
import { type Attribute as WireAttribute, Value_Type } from '../gen/holdfast/v1/value';
import { malformed, required } from './edge';
import { readValue, valueType, writeRanges, writeScalar, writeSet } from './value';

export function readAttribute(wire: WireAttribute): Attribute {
  const name = required(wire.name, 'name');
  if (name === '') malformed('name', 'must not be empty');
  if (wire.type !== Value_Type.TEXT) return { name, value: readValue(wire) };
  if (wire.scalar ?? wire.ranges ?? wire.set) malformed('type', 'is TEXT, but a value of another type is set');
  return { name, value: { kind: 'text', text: required(required(wire.text, 'text').value, 'text.value') } };
}

export function writeAttribute({ name, value }: Attribute): WireAttribute {
  if (value.kind === 'text') return { name, type: Value_Type.TEXT, text: { value: value.text } };
  return { name, type: valueType(value), scalar: writeScalar(value), ranges: writeRanges(value), set: writeSet(value) };
}

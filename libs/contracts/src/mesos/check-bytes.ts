import { isUtf8 } from 'node:buffer';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { malformed } from '../codec/edge';
import { type FieldShape, type MessageShape, ScalarType, type ValueShape } from './schema';

/** An answer that names every one of a million missing fields helps nobody. */
const NAMED_AT_MOST = 100;

/** As deep as the generated reader goes, too. */
const DEEPEST = 100;

const BYTES_OF_A_DOUBLE = 8;

/**
 * What a reader of proto2 finds wrong with these bytes, and one of proto3 would let pass: fields that must be set and are not, wire types that
 * do not fit, text that is no UTF-8. Unknown fields are passed over (wire document, section 5). Throws Malformed.
 */
export function checkBytes(bytes: Uint8Array, shape: MessageShape): void {
  const check = new Check(bytes);
  check.message(shape, bytes.length, 0);
  const { missing, unnamed } = check;
  if (missing.length === 0) return;
  const more = unnamed === 0 ? '' : ` and ${unnamed} more`;
  malformed('', `misses required fields: ${missing.join(', ')}${more}`);
}

class Check {
  readonly missing: string[] = [];
  unnamed = 0;
  private readonly reader: BinaryReader;
  /** Where we are: fields, and of repeated ones which. */
  private readonly fields: FieldShape[] = [];
  private readonly indexes: number[] = [];

  constructor(private readonly bytes: Uint8Array) {
    this.reader = new BinaryReader(bytes);
  }

  message(shape: MessageShape, end: number, depth: number): void {
    if (depth > DEEPEST) this.refuse(`is nested deeper than ${DEEPEST} levels`);
    let seen = 0;
    const counts = new Map<number, number>();
    while (this.reader.pos < end) {
      const [number, type] = this.tag();
      const field = shape.byNumber.get(number);
      if (!field) this.skip(number, type);
      else if (this.field(field, type, counts, depth)) seen |= field.requiredBit;
      if (this.reader.pos > end) this.refuse('cannot be read: a field reaches beyond the end of its message');
    }
    if ((seen & shape.requiredBits) !== shape.requiredBits) this.nameMissing(shape, seen);
  }

  /** False: it counts as unset. */
  private field(field: FieldShape, type: WireType, counts: Map<number, number>, depth: number): boolean {
    let index = 0;
    if (field.container !== 'one') {
      index = counts.get(field.number) ?? 0;
      counts.set(field.number, index + 1);
    }
    this.fields.push(field);
    this.indexes.push(index);
    const isSet = this.value(field, type, depth);
    this.fields.pop();
    this.indexes.pop();
    return isSet;
  }

  private value({ container, entry, value }: FieldShape, type: WireType, depth: number): boolean {
    const expected = entry ? WireType.LengthDelimited : wireType(value);
    if (type === expected) return entry ? this.part(entry, depth) : this.one(value, depth);
    if (container !== 'list' || type !== WireType.LengthDelimited) return this.refuse(`has the wire type ${type}, not ${expected}`);
    const end = this.afterLength();
    while (this.reader.pos < end) this.one(value, depth);
    return this.reader.pos === end || this.refuse('cannot be read: a value reaches beyond the end of its list');
  }

  private one(value: ValueShape, depth: number): boolean {
    if (value.kind === 'message') return this.part(value.message, depth);
    if (value.kind === 'enum') return value.known.has(this.int32());
    if (value.scalar === ScalarType.STRING) this.text();
    else if (value.scalar === ScalarType.BYTES) this.reader.pos = this.afterLength();
    else if (value.scalar === ScalarType.DOUBLE) this.reader.pos = this.within(this.reader.pos + BYTES_OF_A_DOUBLE);
    else this.int32();
    return true;
  }

  private part(shape: MessageShape, depth: number): boolean {
    this.message(shape, this.afterLength(), depth + 1);
    return true;
  }

  private text(): void {
    const end = this.afterLength();
    let at = this.reader.pos;
    while (at < end && this.bytes[at]! < 0x80) at++;
    if (at < end && !isUtf8(this.bytes.subarray(at, end))) this.refuse('is not UTF-8');
    this.reader.pos = end;
  }

  private tag(): [number, WireType] {
    try {
      return this.reader.tag();
    } catch (cause) {
      return this.unreadable(cause);
    }
  }

  private int32(): number {
    try {
      return this.reader.int32();
    } catch (cause) {
      return this.unreadable(cause);
    }
  }

  private skip(number: number, type: WireType): void {
    try {
      this.reader.skip(type, number);
    } catch (cause) {
      this.unreadable(cause);
    }
  }

  /** Where the part ends whose length stands here. */
  private afterLength(): number {
    let length: number;
    try {
      length = this.reader.uint32();
    } catch (cause) {
      return this.unreadable(cause);
    }
    return this.within(this.reader.pos + length);
  }

  private within(end: number): number {
    return end <= this.bytes.length ? end : this.refuse('cannot be read: it is cut off');
  }

  private unreadable(cause: unknown): never {
    return this.refuse(`cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }

  private refuse(problem: string): never {
    return malformed(this.path(), problem);
  }

  private path(): string {
    return this.fields.map(({ name, container }, at) => (container === 'one' ? name : `${name}[${this.indexes[at]}]`)).join('.');
  }

  private nameMissing(shape: MessageShape, seen: number): void {
    for (const { name, requiredBit } of shape.fields) {
      if ((requiredBit & ~seen) === 0) continue;
      if (this.missing.length >= NAMED_AT_MOST) this.unnamed++;
      else this.missing.push(this.fields.length === 0 ? name : `${this.path()}.${name}`);
    }
  }
}

function wireType(value: ValueShape): WireType {
  if (value.kind === 'message') return WireType.LengthDelimited;
  if (value.kind === 'enum') return WireType.Varint;
  switch (value.scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.DOUBLE:
      return WireType.Bit64;
    default:
      return WireType.Varint;
  }
}

import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Two bytes make a field, and every field an object: more in one message than anybody means would take memory and time from all others. */
const FIELDS_AT_MOST = 20_000;

/**
 * An encoded message opened one level deep: its parts stay bytes. So one part that cannot be read is refused alone (B-074, B-076), and a
 * part can be passed on as it came.
 */
export class Frame {
  private readonly numbers = new Map<number, bigint>();
  private readonly parts = new Map<number, Uint8Array[]>();
  /** Why reading stopped before the end; what came before it is kept. */
  readonly problem: string | undefined;

  constructor(bytes: Uint8Array) {
    const reader = new BinaryReader(bytes);
    try {
      for (let fields = 0; reader.pos < reader.len; fields++) {
        if (fields === FIELDS_AT_MOST) throw new Error(`it has more than ${FIELDS_AT_MOST} fields`);
        const [field, type] = reader.tag();
        if (type === WireType.LengthDelimited) this.addPart(field, reader.bytes());
        else if (type === WireType.Varint) this.numbers.set(field, BigInt(reader.uint64()));
        else reader.skip(type, field);
      }
    } catch (cause) {
      this.problem = `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    }
  }

  /** The last value of a varint field, as an int32. */
  number(field: number): number | undefined {
    const value = this.numbers.get(field);
    return value === undefined ? undefined : Number(BigInt.asIntN(32, value));
  }

  /** The last value of a varint field, as a uint64. */
  count(field: number): bigint | undefined {
    return this.numbers.get(field);
  }

  /** The last value of a message field. */
  part(field: number): Uint8Array | undefined {
    return this.parts.get(field)?.at(-1);
  }

  /** All values of a repeated message field, in order. */
  all(field: number): readonly Uint8Array[] {
    return this.parts.get(field) ?? [];
  }

  private addPart(field: number, part: Uint8Array): void {
    const before = this.parts.get(field);
    if (before) before.push(part);
    else this.parts.set(field, [part]);
  }
}

/** The message with `part` as the only value of a message field; all others stay as they came, those that this release does not know included. */
export function replacePart(bytes: Uint8Array, field: number, part: Uint8Array): Buffer {
  const reader = new BinaryReader(bytes);
  const kept: Uint8Array[] = [];
  let from = 0;
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, type] = reader.tag();
    reader.skip(type, number);
    if (number !== field) continue;
    kept.push(bytes.subarray(from, start));
    from = reader.pos;
  }
  const tag = (field << 3) | WireType.LengthDelimited;
  return Buffer.concat([...kept, bytes.subarray(from), new BinaryWriter().uint32(tag).bytes(part).finish()]);
}

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * An encoded message opened one level deep: its parts stay bytes. So one part that cannot be read is refused alone (B-074, B-076), and a
 * part can be passed on as it came.
 */
export class Frame {
  private readonly numbers = new Map<number, number>();
  private readonly parts = new Map<number, Uint8Array[]>();
  /** Why reading stopped before the end; what came before it is kept. */
  readonly problem: string | undefined;

  constructor(bytes: Uint8Array) {
    const reader = new BinaryReader(bytes);
    try {
      while (reader.pos < reader.len) {
        const [field, type] = reader.tag();
        if (type === WireType.LengthDelimited) this.addPart(field, reader.bytes());
        else if (type === WireType.Varint) this.numbers.set(field, reader.int32());
        else reader.skip(type, field);
      }
    } catch (cause) {
      this.problem = `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    }
  }

  /** The last value of a varint field, as an int32. */
  number(field: number): number | undefined {
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

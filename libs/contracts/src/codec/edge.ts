import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { type Refusal, type Result, ok, refuse, refused } from '@holdfast/core/base';
import type { Codec } from '../method';

/** What the codec needs of a generated message. */
export interface Wire<W> {
  encode(message: W, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number): W;
}

/**
 * Why a message cannot be taken. Thrown and caught inside the codec only, so that the reading functions need not thread a Result through
 * every field; each level that it passes on the way out puts its own field name in front.
 */
export class Malformed extends Error {
  override readonly name = 'Malformed';

  constructor(
    private path: string,
    private readonly problem: string,
    private readonly other?: Refusal,
  ) {
    // Nobody sees its stack, and noting one costs more than all else about a refused part: hostile messages have thousands.
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(problem);
    Error.stackTraceLimit = depth;
  }

  within(field: string): this {
    this.path = this.path === '' ? field : `${field}.${this.path}`;
    return this;
  }

  get refusal(): Refusal {
    return this.other ?? refuse('invalid_argument', { field: this.path === '' ? 'message' : this.path, problem: this.problem });
  }
}

/** Refuses the field that is being read. */
export function malformed(field: string, problem: string): never {
  throw new Malformed(field, problem);
}

/** Refuses the message for a reason that is more than a malformed field. */
export function refuseMessage(refusal: Refusal): never {
  throw new Malformed('', refusal.message, refusal);
}

const inside = (field: string, cause: unknown): unknown => (cause instanceof Malformed ? cause.within(field) : cause);

/** A field that must be set. */
export function required<T>(value: T | undefined, field: string): T {
  return value === undefined ? malformed(field, 'is required') : value;
}

/** A message that must be set. */
export function readPart<W, D>(wire: W | undefined, field: string, read: (wire: W) => D): D {
  const value = required(wire, field);
  try {
    return read(value);
  } catch (cause) {
    throw inside(field, cause);
  }
}

/** A message that may be absent. */
export function readOptional<W, D>(wire: W | undefined, field: string, read: (wire: W) => D): D | undefined {
  return wire === undefined ? undefined : readPart(wire, field, read);
}

/** A list of messages. */
export function readEach<W, D>(list: readonly W[], field: string, read: (wire: W) => D): D[] {
  const out = new Array<D>(list.length);
  for (let index = 0; index < list.length; index++) {
    try {
      out[index] = read(list[index]!);
    } catch (cause) {
      throw inside(`${field}[${index}]`, cause);
    }
  }
  return out;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const decodeUtf8 = (bytes: Uint8Array): string => strictUtf8.decode(bytes);

/** Reads an encoded message whole; text that is not UTF-8 and anything left over make it unreadable. */
export function readBytes<W>(wire: Wire<W>, bytes: Uint8Array): W {
  const reader = new BinaryReader(bytes, decodeUtf8);
  let message: W;
  try {
    message = wire.decode(reader);
  } catch (cause) {
    // Whatever its class, what the generated reader throws says that the bytes are wrong.
    throw new Malformed('', `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (reader.pos !== reader.len)
    throw new Malformed('', `cannot be read: something else follows after ${reader.pos} of ${reader.len} bytes`);
  return message;
}

/** A writer keeps its buffer when it has finished, which saves growing a new one for each message. */
let spare: BinaryWriter | undefined;
/** One large message must not keep its memory for ever. */
const KEEP_AT_MOST_BYTES = 1 << 20;

/** The message's bytes, in memory of their own. */
export function writeBytes<W>(wire: Pick<Wire<W>, 'encode'>, message: W): Buffer {
  const writer = spare ?? new BinaryWriter();
  spare = undefined;
  const bytes = wire.encode(message, writer).finish();
  if (bytes.byteLength <= KEEP_AT_MOST_BYTES) spare = writer;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `read` may throw Malformed; anything else that it throws is a bug and passes through. */
export const codecOf = <D>(encode: (message: D) => Buffer, read: (bytes: Uint8Array) => D): Codec<D> => ({
  encode,
  decode: (bytes) => attempt(read, bytes),
});

/** A codec whose message is written and read as a whole. */
export const defineCodec = <W, D>(wire: Wire<W>, write: (message: D) => W, read: (wire: W) => D): Codec<D> =>
  codecOf(
    (message) => writeBytes(wire, write(message)),
    (bytes) => read(readBytes(wire, bytes)),
  );

/** What `read` answers, or the refusal that it threw. */
export function attempt<I, D>(read: (input: I) => D, input: I): Result<D> {
  try {
    return ok(read(input));
  } catch (cause) {
    if (cause instanceof Malformed) return refused(cause.refusal);
    throw cause;
  }
}

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Malformed, malformed } from '../codec/edge';
import { isText, readBoolean, readBytesText, readDouble, readInteger, readString } from './json-scalar';
import { type FieldShape, type MessageShape, ScalarType, type ValueShape } from './schema';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The protobuf bytes of a message that came as JSON (wire document, section 5, input): one reading of calls stands behind both formats.
 * Unknown names are left out, `null` is unset. Fields that must be set are looked for in the bytes, later. Throws Malformed.
 */
export function jsonToProtobuf(json: unknown, shape: MessageShape): Buffer {
  const writer = new BinaryWriter();
  writeMessage(writer, objectOf(json), shape);
  const bytes = writer.finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const isNone = (json: unknown): json is null | undefined => json === null || json === undefined;

function objectOf(json: unknown): JsonObject {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as JsonObject;
  return malformed('', `must be an object, not ${kindOf(json)}`);
}

function kindOf(json: unknown): string {
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'an array';
  if (typeof json === 'string') return isText(json) ? 'a string' : 'a number';
  return typeof json === 'object' ? 'an object' : `a ${typeof json}`;
}

const inside = (path: string, cause: unknown): unknown => (cause instanceof Malformed ? cause.within(path) : cause);

/** In the order of the schema, so that two objects that differ in their order only become the same bytes. */
function writeMessage(writer: BinaryWriter, json: JsonObject, { fields }: MessageShape): void {
  for (const field of fields) {
    const value = json[field.name];
    // In this order, since most fields are absent, and looking for them costs less than asking.
    if (isNone(value) || !Object.hasOwn(json, field.name)) continue;
    if (field.container === 'list' && Array.isArray(value)) writeList(writer, value, field);
    else if (field.entry) writeMap(writer, value, field, field.entry);
    // A single value stands for a list of one.
    else writeOne(writer, value, field);
  }
}

function writeList(writer: BinaryWriter, json: readonly unknown[], field: FieldShape): void {
  let at = 0;
  try {
    for (; at < json.length; at++) if (!isNone(json[at])) writeValue(writer, json[at], field);
  } catch (cause) {
    throw inside(`${field.name}[${at}]`, cause);
  }
}

function writeMap(writer: BinaryWriter, json: unknown, field: FieldShape, entry: MessageShape): void {
  try {
    for (const [key, value] of Object.entries(objectOf(json))) {
      if (isNone(value)) continue;
      writer.tag(field.number, WireType.LengthDelimited).fork();
      writeMessage(writer, { key, value }, entry);
      writer.join();
    }
  } catch (cause) {
    throw inside(field.name, cause);
  }
}

function writeOne(writer: BinaryWriter, json: unknown, field: FieldShape): void {
  try {
    writeValue(writer, json, field);
  } catch (cause) {
    throw inside(field.name, cause);
  }
}

function writeValue(writer: BinaryWriter, json: unknown, { number, value, requiredBit, unknownWord }: FieldShape): void {
  if (value.kind === 'message') {
    const object = objectOf(json);
    writer.tag(number, WireType.LengthDelimited).fork();
    writeMessage(writer, object, value.message);
    writer.join();
  } else if (value.kind === 'enum') {
    const word = readWord(json, value.numbers) ?? unknownWord;
    if (word !== undefined) writer.tag(number, WireType.Varint).int32(word);
    else if (requiredBit !== 0) malformed('', `${JSON.stringify(json)} is none of ${[...value.numbers.keys()].join(', ')}`);
  } else writeScalar(writer, json, number, value.scalar);
}

/** Undefined: a word that is news to us, which leaves the field unset. */
function readWord(json: unknown, numbers: Extract<ValueShape, { kind: 'enum' }>['numbers']): number | undefined {
  return isText(json) ? numbers.get(json) : malformed('', `must be the name of a value, not ${kindOf(json)}`);
}

function writeScalar(writer: BinaryWriter, json: unknown, number: number, scalar: ScalarType): void {
  if (typeof json === 'object') malformed('', `must be a single value, not ${kindOf(json)}`);
  switch (scalar) {
    case ScalarType.STRING:
      writer.tag(number, WireType.LengthDelimited).string(readString(json));
      break;
    case ScalarType.BYTES:
      writer.tag(number, WireType.LengthDelimited).bytes(readBytesText(json));
      break;
    case ScalarType.DOUBLE:
      writer.tag(number, WireType.Bit64).double(readDouble(json));
      break;
    case ScalarType.BOOL:
      writer.tag(number, WireType.Varint).bool(readBoolean(json));
      break;
    case ScalarType.INT32:
      writer.tag(number, WireType.Varint).int32(Number(readInteger(json, -(2n ** 31n), 2n ** 31n - 1n)));
      break;
    case ScalarType.UINT32:
      writer.tag(number, WireType.Varint).uint32(Number(readInteger(json, 0n, 2n ** 32n - 1n)));
      break;
    case ScalarType.INT64:
      writer.tag(number, WireType.Varint).int64(readInteger(json, -(2n ** 63n), 2n ** 63n - 1n));
      break;
    case ScalarType.UINT64:
      writer.tag(number, WireType.Varint).uint64(readInteger(json, 0n, 2n ** 64n - 1n));
      break;
    default:
      throw new Error(`no Mesos v1 field has the type ${ScalarType[scalar]}`);
  }
}

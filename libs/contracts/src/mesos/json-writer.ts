import { type FieldShape, type MessageShape, ScalarType, type ValueShape } from './schema';
import { writeJsonDouble, writeJsonText } from './json-text';

/** A message as the generated code has it. */
type Wire = Readonly<Record<string, unknown>>;
type WriteMessage = (message: object) => string;
type WriteValue = (value: never) => string;

const writers = new WeakMap<MessageShape, WriteMessage>();

/** Writes messages of this shape (wire document, section 5, output): compact, in the order of declaration, ASCII only. */
export function jsonWriter(shape: MessageShape): WriteMessage {
  const known = writers.get(shape);
  if (known) return known;
  let compiled: WriteMessage | undefined;
  // Messages that contain themselves find this one; what stands behind it comes with the first call.
  const writer: WriteMessage = (message) => (compiled ??= compile(shape))(message);
  writers.set(shape, writer);
  return writer;
}

function compile({ fields }: MessageShape): WriteMessage {
  const names = fields.map(({ name }) => `"${name}":`);
  const keys = fields.map(({ key, oneof }) => oneof ?? key);
  const values = fields.map(fieldWriter);
  const defaults = fields.map(defaultText);
  return (message) => {
    let text = '';
    for (let at = 0; at < keys.length; at++) {
      const value = (message as Wire)[keys[at]!];
      const json = value === undefined ? defaults[at] : values[at]!(value as never);
      if (json !== undefined) text += text === '' ? names[at]! + json : ',' + names[at]! + json;
    }
    return '{' + text + '}';
  };
}

const defaultText = ({ shownDefault, value }: FieldShape): string | undefined =>
  shownDefault === undefined ? undefined : valueWriter(value)(shownDefault as never);

/** Undefined: nothing is written. */
function fieldWriter({ container, key, oneof, value }: FieldShape): (value: never) => string | undefined {
  const write = valueWriter(value);
  if (container === 'list') return (list: readonly never[]) => writeList(list, write);
  if (container === 'map') return (map: object) => writeMap(map, write);
  if (oneof === undefined) return write;
  return (set: { readonly $case: string; readonly value: never }) => (set.$case === key ? write(set.value) : undefined);
}

function writeList(list: readonly never[], write: WriteValue): string | undefined {
  if (list.length === 0) return undefined;
  let text = '[' + write(list[0]!);
  for (let at = 1; at < list.length; at++) text += ',' + write(list[at]!);
  return text + ']';
}

function writeMap(map: object, write: WriteValue): string | undefined {
  const entries = Object.entries(map);
  if (entries.length === 0) return undefined;
  return `{${entries.map(([key, value]) => `${writeJsonText(key)}:${write(value as never)}`).join(',')}}`;
}

function valueWriter(shape: ValueShape): WriteValue {
  if (shape.kind === 'message') return jsonWriter(shape.message);
  if (shape.kind === 'enum') return (word: string) => `"${word}"`;
  switch (shape.scalar) {
    case ScalarType.STRING:
      return writeJsonText;
    case ScalarType.BYTES:
      return (bytes: Uint8Array) => `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}"`;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return writeJsonDouble;
    default:
      // Integers of 32 bits are numbers, those of 64 bits bigints, and booleans are written as they are.
      return String;
  }
}

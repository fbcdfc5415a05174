import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type FileRegistry,
  ScalarType,
  createFileRegistry,
  fromBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '../codec';
import { DEFAULTS, INBOUND_EXTENSIONS, REQUIRED, UNKNOWN_WORDS } from './facts';

export { ScalarType };

export type ValueShape =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType }
  | { readonly kind: 'enum'; readonly numbers: ReadonlyMap<string, number>; readonly known: ReadonlySet<number> }
  | { readonly kind: 'message'; readonly message: MessageShape };

export interface FieldShape {
  /** As in the schema; the JSON name, too. */
  readonly name: string;
  /** The property of the generated type. */
  readonly key: string;
  /** The property that holds whichever of a oneof is set, as `{ $case: key, value }`. */
  readonly oneof: string | undefined;
  readonly number: number;
  /** Map keys are strings throughout. */
  readonly container: 'one' | 'list' | 'map';
  /** Of one element. */
  readonly value: ValueShape;
  /** Of a map: how one entry of it stands in protobuf bytes. */
  readonly entry: MessageShape | undefined;
  /** 0, or a power of two that no other field of the message has. */
  readonly requiredBit: number;
  /** What a word stands for that we do not know; without it such a field is unset. */
  readonly unknownWord: number | undefined;
  /** Shown although the field is unset. */
  readonly shownDefault: string | number | boolean | undefined;
}

export interface MessageShape {
  /** As Mesos names it, e.g. `Offer.Operation`; of its other packages with their last part in front, e.g. `executor.Call`. */
  readonly name: string;
  /** In the order of declaration; without our own extensions, but for those that are understood in calls (`INBOUND_EXTENSIONS`). */
  readonly fields: readonly FieldShape[];
  readonly byNumber: ReadonlyMap<number, FieldShape>;
  /** The sum of the bits of the fields that must be set. */
  readonly requiredBits: number;
}

/** The messages of a scheduler, and the parts of them that are written by themselves. */
export interface Schema {
  readonly call: MessageShape;
  readonly event: MessageShape;
  readonly offer: MessageShape;
  readonly resource: MessageShape;
}

/** `holdfast.v1.Offer`, `holdfast.executor.v1.Call`: the name of the message, and the package of ours that stands for one of Mesos. */
const FULL_NAME = /^holdfast\.(?:([a-z]+)\.)?v1\.(.+)$/;

/** Field numbers from here on are our own (architecture, section 3). */
const FIRST_EXTENSION = 10_000;

let known: Schema | undefined;
let registry: FileRegistry | undefined;
const shapes = new Map<string, MessageShape>();

/** Compiled when first asked for: most processes that load this library have no Mesos door. */
export const schema = (): Schema =>
  (known ??= {
    call: shapeOf('holdfast.v1.Call'),
    event: shapeOf('holdfast.v1.Event'),
    offer: shapeOf('holdfast.v1.Offer'),
    resource: shapeOf('holdfast.v1.Resource'),
  });

/** Of any message of the descriptor set, by its full name; compiled when first asked for. */
export function shapeOf(message: string): MessageShape {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));
  const descriptor = registry.getMessage(message);
  if (!descriptor) throw new Error(`the descriptor set has no ${message}`);
  return messageShape(descriptor);
}

function mesosName(message: string): string {
  const [, part, name = message] = FULL_NAME.exec(message) ?? [];
  return part === undefined ? name : `${part}.${name}`;
}

/** Filled after it has been handed out: messages may contain themselves. */
type Growing = { -readonly [K in keyof MessageShape]: MessageShape[K] } & { fields: FieldShape[]; byNumber: Map<number, FieldShape> };

function addField(shape: Growing, field: FieldShape): void {
  shape.fields.push(field);
  shape.byNumber.set(field.number, field);
  shape.requiredBits += field.requiredBit;
}

function messageShape(descriptor: DescMessage): MessageShape {
  const name = mesosName(descriptor.typeName);
  const before = shapes.get(name);
  if (before) return before;
  const shape: Growing = { name, fields: [], byNumber: new Map(), requiredBits: 0 };
  shapes.set(name, shape);
  const required = REQUIRED[name] ?? [];
  for (const field of descriptor.fields) {
    if (field.number >= FIRST_EXTENSION && INBOUND_EXTENSIONS[`${name}.${field.name}`] !== true) continue;
    const value = valueShape(field);
    addField(shape, {
      name: field.name,
      key: field.localName,
      oneof: field.oneof?.localName,
      number: field.number,
      container: field.fieldKind === 'list' || field.fieldKind === 'map' ? field.fieldKind : 'one',
      value,
      entry: field.fieldKind === 'map' ? entryShape(`${name}.${field.name}`, value) : undefined,
      requiredBit: required.includes(field.name) ? 1 << required.indexOf(field.name) : 0,
      unknownWord: UNKNOWN_WORDS[`${name}.${field.name}`],
      shownDefault: DEFAULTS[name]?.[field.name],
    });
  }
  return shape;
}

function entryShape(name: string, value: ValueShape): MessageShape {
  const shape: Growing = { name, fields: [], byNumber: new Map(), requiredBits: 0 };
  const rest = {
    oneof: undefined,
    container: 'one',
    entry: undefined,
    requiredBit: 0,
    unknownWord: undefined,
    shownDefault: undefined,
  } as const;
  addField(shape, { ...rest, name: 'key', key: 'key', number: 1, value: { kind: 'scalar', scalar: ScalarType.STRING } });
  addField(shape, { ...rest, name: 'value', key: 'value', number: 2, value });
  return shape;
}

function valueShape({ message, enum: words, scalar }: DescField): ValueShape {
  if (message) return { kind: 'message', message: messageShape(message) };
  if (words) return enumShape(words);
  if (scalar === undefined) throw new Error('a field is neither a message nor an enum nor a scalar');
  return { kind: 'scalar', scalar };
}

/** Without the zero that proto3 wants and Mesos does not have: it means unset, as any word does that Mesos does not know. */
function enumShape({ values }: DescEnum): ValueShape {
  const words = values.filter(({ name, number }) => number !== 0 || !name.endsWith('_UNSPECIFIED'));
  return {
    kind: 'enum',
    numbers: new Map(words.map(({ name, number }) => [name, number])),
    known: new Set(words.map(({ number }) => number)),
  };
}

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULTS, REQUIRED } from './facts';
import { type MessageShape, schema, shapeOf } from './schema';

const rows = readFileSync(join(__dirname, '..', '..', 'test-data', 'mesos-v1-fields.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [message, field, , label, type, oneof = '', standard = '', deprecated = ''] = line.split('\t');
    return { message: message!, field: field!, label, type, oneof, standard, isDeprecated: deprecated !== '' };
  });

function reachable(shape: MessageShape, found = new Map<string, MessageShape>()): Map<string, MessageShape> {
  if (found.has(shape.name)) return found;
  found.set(shape.name, shape);
  for (const { value } of shape.fields) if (value.kind === 'message') reachable(value.message, found);
  return found;
}

const executorCall = shapeOf('holdfast.executor.v1.Call');
const executorEvent = shapeOf('holdfast.executor.v1.Event');
const messages = new Map<string, MessageShape>();
for (const top of [schema().event, schema().call, executorCall, executorEvent]) reachable(top, messages);

/** What only an extension of ours reaches. */
const OURS = ['WhenUnused'];
const theirMessages = [...messages.values()].filter(({ name }) => !OURS.includes(name));

const numbers = new Set(['double', 'int32', 'uint32']);
const meant = (type: string | undefined, text: string): string | number | boolean =>
  numbers.has(type!) ? Number(text) : type === 'bool' ? text === 'true' : text;

describe('the facts about fields of Calls and Events (wire document, section 5)', () => {
  it('name every required field, and no others', () => {
    const theirs = rows.filter(({ message, label }) => messages.has(message) && label === 'required');
    const mine = Object.entries(REQUIRED).flatMap(([message, fields]) => fields.map((field) => `${message}.${field}`));
    expect(mine.sort()).toEqual(theirs.map(({ message, field }) => `${message}.${field}`).sort());
  });

  it('hold every explicit default of a field that may be unset and is not deprecated', () => {
    const theirs = rows.filter(
      ({ message, label, standard, isDeprecated }) => messages.has(message) && label === 'optional' && standard !== '' && !isDeprecated,
    );
    const mine = Object.entries(DEFAULTS).flatMap(([message, fields]) =>
      Object.entries(fields).map(([field, value]) => [`${message}.${field}`, value]),
    );
    expect(mine.sort()).toEqual(theirs.map(({ message, field, type, standard }) => [`${message}.${field}`, meant(type, standard)]).sort());
  });

  it('reach every field that they name', () => {
    const unknown = [...Object.entries(REQUIRED), ...Object.entries(DEFAULTS).map(([name, fields]) => [name, Object.keys(fields)] as const)]
      .flatMap(([message, fields]) => fields.map((field) => [message, field] as const))
      .filter(([message, field]) => !messages.get(message)?.fields.some(({ name }) => name === field));
    expect(unknown).toEqual([]);
  });
});

describe('the schema of Calls and Events', () => {
  it.each(theirMessages)('$name: fields in the order of declaration, which is the order of the output', ({ name, fields }) => {
    const theirs = rows.filter((row) => row.message === name && row.field !== '' && row.oneof === '').map(({ field }) => field);
    const mine = fields.filter(({ oneof, number }) => oneof === undefined && number < 10_000);
    expect(mine.map((field) => field.name)).toEqual(theirs);
  });

  it('names the properties of the generated types', () => {
    const generated = new Map<string, object>();
    for (const [part, folder] of [
      ['', 'v1'],
      ['executor.', 'executor/v1'],
    ]) {
      const modules = join(__dirname, '..', 'gen', 'holdfast', folder!);
      for (const file of readdirSync(modules)) {
        const made = jest.requireActual<Record<string, { create?: (base: object) => object }>>(join(modules, file));
        for (const [name, type] of Object.entries(made)) {
          if (typeof type?.create === 'function') generated.set(part + name.replaceAll('_', '.'), type.create({}));
        }
      }
    }
    const wrong = [...messages.values()].flatMap(({ name, fields }) =>
      fields.filter(({ key, oneof }) => !Object.hasOwn(generated.get(name)!, oneof ?? key)).map(({ key }) => `${name}.${key}`),
    );
    expect(wrong).toEqual([]);
  });

  it('holds of our own fields those that are understood in calls, and none that an event could carry (architecture, section 3)', () => {
    const extensions = (of: Map<string, MessageShape>) =>
      [...of.values()].flatMap(({ name, fields }) => fields.flatMap((field) => (field.number >= 10_000 ? [`${name}.${field.name}`] : [])));
    expect(extensions(reachable(schema().call))).toEqual(['Offer.Operation.Destroy.when_unused']);
    for (const outbound of [schema().event, executorEvent]) {
      expect(extensions(reachable(outbound))).toEqual([]);
      expect([...reachable(outbound).keys()].filter((name) => OURS.includes(name))).toEqual([]);
    }
  });

  it('knows no word that Mesos does not have', () => {
    const words = [...messages.values()].flatMap(({ fields }) =>
      fields.flatMap(({ value }) => (value.kind === 'enum' ? [...value.numbers.keys()] : [])),
    );
    expect(words.filter((word) => word.endsWith('_UNSPECIFIED'))).toEqual([]);
  });
});

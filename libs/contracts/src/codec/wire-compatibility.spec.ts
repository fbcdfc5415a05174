import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { publicServices } from '../services';
import { descriptorSet } from './descriptor-set';

/** Field and enum numbers from here on are our own (architecture, section 3): below it nothing may stand that Mesos does not have. */
const FIRST_EXTENSION = 10_000;

interface Field {
  readonly number: number;
  readonly repeated: boolean;
  readonly type: string;
  readonly oneof: string;
  readonly hasPresence: boolean;
}

const files = fromBinary(FileDescriptorSetSchema, descriptorSet).file;
const messages = new Map<string, Map<string, Field>>();
const enums = new Map<string, Map<string, number>>();

function fieldType(field: FieldDescriptorProto): string {
  if (field.type === FieldType.MESSAGE || field.type === FieldType.ENUM)
    return field.typeName.replace(/^\.holdfast\.([a-z]+\.)?v1\./, '$1');
  return FieldType[field.type]!.toLowerCase();
}

function addMessage(message: DescriptorProto, outer: string): void {
  const name = outer + message.name;
  const fields = message.field.map((field): [string, Field] => {
    // An unset index reads as 0.
    const isInOneof = Object.hasOwn(field, 'oneofIndex') && !field.proto3Optional;
    return [
      field.name,
      {
        number: field.number,
        repeated: field.label === Label.REPEATED,
        type: fieldType(field),
        oneof: isInOneof ? message.oneofDecl[field.oneofIndex]!.name : '',
        hasPresence: field.proto3Optional || isInOneof,
      },
    ];
  });
  if (!message.options?.mapEntry) messages.set(name, new Map(fields));
  for (const inner of message.nestedType) addMessage(inner, `${name}.`);
  for (const inner of message.enumType) enums.set(`${name}.${inner.name}`, new Map(inner.value.map((value) => [value.name, value.number])));
}

/** Our package by its name in the table: without, or with the last part of that of Mesos. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['holdfast.v1', ''],
  ['holdfast.executor.v1', 'executor.'],
]);

for (const file of files) {
  const outer = PACKAGES.get(file.package);
  if (outer === undefined) continue;
  for (const message of file.messageType) addMessage(message, outer);
  for (const one of file.enumType) enums.set(outer + one.name, new Map(one.value.map((value) => [value.name, value.number])));
}

/** Rows of a table of facts about the Mesos v1 API, without its heading. */
const facts = (name: string): string[][] =>
  readFileSync(join(__dirname, '..', '..', 'test-data', name), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));

const grouped = (rows: string[][]): Map<string, string[][]> => {
  const groups = new Map<string, string[][]>();
  for (const [name, ...rest] of rows) groups.set(name!, [...(groups.get(name!) ?? []), rest]);
  return groups;
};

const mesosMessages = grouped(facts('mesos-v1-fields.tsv'));
const mesosEnums = grouped(facts('mesos-v1-enums.tsv'));

/** Messages that Mesos does not have; whoever adds one says so here. */
const OURS = [
  'Holder',
  'Refusal',
  'PersistentVolume',
  'LedgerEntry',
  'StorePosition',
  'WatchedEntry',
  'WhenUnused',
  'Drain',
  'LedgerDifference',
  'LedgerRepair',
  'VerifiedStore',
  'OperationResult',
  'Event.Answer',
  'TaskResult',
  'GetAgentsResponse.Agent',
  'GetFrameworksResponse.Framework',
];
const isOurs = (name: string): boolean => OURS.includes(name) || (/^[A-Za-z]+(Request|Response)$/.test(name) && !mesosMessages.has(name));

describe('the public messages', () => {
  it.each([...mesosMessages])('%s has the fields of the Mesos v1 API, by name, number, type and label', (name, rows) => {
    const fields = messages.get(name);
    const mine = [...(fields ?? [])]
      .filter(([, { number }]) => number < FIRST_EXTENSION)
      .map(([field, { number, repeated, type, oneof }]) => [field, number, repeated, type, oneof]);
    const theirs = rows
      .filter(([field]) => field !== undefined && field !== '')
      .map(([field, number, label, type, oneof = '']) => [field, Number(number), label === 'repeated', type, oneof]);
    expect(fields).toBeDefined();
    expect(mine.sort()).toEqual(theirs.sort());
  });

  it.each([...mesosEnums])('%s has the values of the Mesos v1 API; a zero is added where Mesos has none', (name, rows) => {
    const theirs = new Map(rows.map(([value, number]) => [value!, Number(number)]));
    const mine = [...(enums.get(name) ?? [])].filter(([, number]) => number < FIRST_EXTENSION);
    const hasZero = [...theirs.values()].includes(0);
    expect(mine.filter(([value, number]) => hasZero || number !== 0 || !value.endsWith('_UNSPECIFIED')).sort()).toEqual([...theirs].sort());
  });

  it('have extensions of ours from 10000 up, and only these', () => {
    const fields = [...mesosMessages.keys()].flatMap((name) =>
      [...messages.get(name)!].map(([field, { number }]) => [`${name}.${field}`, number]),
    );
    const values = [...mesosEnums.keys()].flatMap((name) =>
      [...(enums.get(name) ?? [])].map(([value, number]) => [`${name}.${value}`, number]),
    );
    const ours = [...fields, ...values].flatMap(([name, number]) => (Number(number) >= FIRST_EXTENSION ? [`${name} = ${number}`] : []));
    expect(ours.sort()).toEqual([
      'Call.call_number = 10000',
      'Event.Type.ANSWER = 10000',
      'Event.answer = 10000',
      'Offer.Operation.Destroy.when_unused = 10000',
    ]);
  });

  it('are those of Mesos, or are known to be ours', () => {
    expect([...messages.keys()].filter((name) => !mesosMessages.has(name) && !isOurs(name))).toEqual([]);
  });

  it('tell a field that is set to zero from one that is not set', () => {
    const without = [...messages].flatMap(([message, fields]) =>
      [...fields].filter(([, field]) => !field.repeated && !field.hasPresence).map(([field]) => `${message}.${field}`),
    );
    expect(without).toEqual([]);
  });
});

describe('the descriptor set', () => {
  it('contains every public service, for server reflection', () => {
    const services = files.flatMap((file) => file.service.map((service) => `${file.package}.${service.name}`));
    expect(services).toEqual(expect.arrayContaining(publicServices));
    expect(publicServices).toHaveLength(services.filter((name) => name.startsWith('holdfast.v1.')).length);
  });
});

import { ok, refused, type Result, type Role } from '@holdfast/core/base';
import { toMilli } from './fixed-point';
import { type JsonObject, JsonReader } from './json-reader';
import type { Problem } from './problem';
import { reservationStack } from './reservation-formats';
import type { Disk, DiskSource, Label, Reservation, Resource, Value } from './resource';
import { unitsProblem } from './validate-value';

const FIELDS = [
  'name',
  'type',
  'scalar',
  'ranges',
  'set',
  'role',
  'reservation',
  'reservations',
  'allocation_info',
  'disk',
  'shared',
  'revocable',
  'provider_id',
] as const;

/** The JSON list form of `--resources`: Mesos' Resource messages, in either reservation format (B-001). */
export function parseResourcesJson(text: string, defaultRole: Role): Result<readonly Resource[], Problem> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return refused({ field: 'resources', problem: `is not a list in JSON: ${error instanceof Error ? error.message : String(error)}` });
  }
  const reader = new JsonReader();
  const resources = reader.list(json, 'resources').map((item, at) => readResource(reader, item, `resources[${at}]`, defaultRole));
  return reader.problem ? refused(reader.problem) : ok(resources);
}

function readResource(reader: JsonReader, item: unknown, path: string, defaultRole: Role): Resource {
  const json = reader.object(item, path, FIELDS);
  const allocation = reader.optionalObject(json.allocation_info, `${path}.allocation_info`, ['role']);
  const provider = reader.optionalObject(json.provider_id, `${path}.provider_id`, ['value']);
  reader.optionalObject(json.shared, `${path}.shared`, []);
  reader.optionalObject(json.revocable, `${path}.revocable`, []);
  return {
    name: reader.text(json.name, `${path}.name`),
    value: readValue(reader, json, path),
    reservations: readReservations(reader, json, path, defaultRole),
    ...(allocation && { allocationRole: reader.text(allocation.role, `${path}.allocation_info.role`) }),
    ...(json.disk !== undefined && { disk: readDisk(reader, json.disk, `${path}.disk`) }),
    shared: json.shared !== undefined,
    revocable: json.revocable !== undefined,
    ...(provider && { providerId: reader.text(provider.value, `${path}.provider_id.value`) }),
  };
}

const VALUE_FIELDS = { SCALAR: 'scalar', RANGES: 'ranges', SET: 'set' } as const;

function readValue(reader: JsonReader, json: JsonObject, path: string): Value {
  const type = reader.oneOf(json.type, `${path}.type`, ['SCALAR', 'RANGES', 'SET']);
  const field = VALUE_FIELDS[type];
  const other = Object.values(VALUE_FIELDS).find((name) => name !== field && json[name] !== undefined);
  if (other) reader.fail(`${path}.${other}`, `must not be set for the type ${type}`, undefined);
  const at = `${path}.${field}`;
  if (type === 'SCALAR') return readScalar(reader, json.scalar, at);
  if (type === 'SET') {
    const items = reader.list(reader.object(json.set, at, ['item']).item ?? [], `${at}.item`);
    return { kind: 'set', items: items.map((item, index) => reader.text(item, `${at}.item[${index}]`)) };
  }
  const ranges = reader.list(reader.object(json.ranges, at, ['range']).range ?? [], `${at}.range`);
  return {
    kind: 'ranges',
    ranges: ranges.map((item, index) => {
      const range = reader.object(item, `${at}.range[${index}]`, ['begin', 'end']);
      return {
        begin: reader.number(range.begin, `${at}.range[${index}].begin`),
        end: reader.number(range.end, `${at}.range[${index}].end`),
      };
    }),
  };
}

function readScalar(reader: JsonReader, json: unknown, path: string): Value {
  const units = reader.number(reader.object(json, path, ['value']).value, `${path}.value`);
  const problem = unitsProblem(units);
  if (problem) reader.fail(`${path}.value`, problem, undefined);
  return { kind: 'scalar', milli: toMilli(units) };
}

function readReservations(reader: JsonReader, json: JsonObject, path: string, defaultRole: Role): readonly Reservation[] {
  const stack = reader.list(json.reservations ?? [], `${path}.reservations`).map((item, at): Reservation => {
    const here = `${path}.reservations[${at}]`;
    const reservation = reader.object(item, here, ['type', 'role', 'principal', 'labels']);
    return {
      type: reader.oneOf(reservation.type, `${here}.type`, ['STATIC', 'DYNAMIC']) === 'STATIC' ? 'static' : 'dynamic',
      role: reader.text(reservation.role, `${here}.role`),
      ...readOwner(reader, reservation, here),
    };
  });
  const old = reader.optionalObject(json.reservation, `${path}.reservation`, ['type', 'role', 'principal', 'labels']);
  const role = reader.optionalText(json.role, `${path}.role`) ?? (stack.length === 0 ? defaultRole : undefined);
  const reservation = old && {
    ...(old.type !== undefined && { type: reader.text(old.type, `${path}.reservation.type`) }),
    ...(old.role !== undefined && { role: reader.text(old.role, `${path}.reservation.role`) }),
    ...readOwner(reader, old, `${path}.reservation`),
  };
  const result = reservationStack({ ...(role !== undefined && { role }), ...(reservation && { reservation }) }, stack);
  return result.ok ? result.value : reader.fail(`${path}.${result.refusal.field}`, result.refusal.problem, []);
}

function readOwner(reader: JsonReader, json: JsonObject, path: string): { principal?: string; labels?: readonly Label[] } {
  const principal = reader.optionalText(json.principal, `${path}.principal`);
  return {
    ...(principal !== undefined && { principal }),
    ...(json.labels !== undefined && { labels: readLabels(reader, json.labels, `${path}.labels`) }),
  };
}

function readLabels(reader: JsonReader, json: unknown, path: string): readonly Label[] {
  return reader.list(reader.object(json, path, ['labels']).labels ?? [], `${path}.labels`).map((item, at) => {
    const here = `${path}.labels[${at}]`;
    const label = reader.object(item, here, ['key', 'value']);
    const value = reader.optionalText(label.value, `${here}.value`);
    return { key: reader.text(label.key, `${here}.key`), ...(value !== undefined && { value }) };
  });
}

function readDisk(reader: JsonReader, json: unknown, path: string): Disk {
  const disk = reader.object(json, path, ['source', 'persistence', 'volume']);
  const persistence = reader.optionalObject(disk.persistence, `${path}.persistence`, ['id', 'principal']);
  const volume = reader.optionalObject(disk.volume, `${path}.volume`, ['container_path', 'host_path', 'mode']);
  const principal = reader.optionalText(persistence?.principal, `${path}.persistence.principal`);
  const hostPath = reader.optionalText(volume?.host_path, `${path}.volume.host_path`);
  return {
    ...(disk.source !== undefined && { source: readSource(reader, disk.source, `${path}.source`) }),
    ...(persistence && {
      persistence: { id: reader.text(persistence.id, `${path}.persistence.id`), ...(principal !== undefined && { principal }) },
    }),
    ...(volume && {
      volume: {
        containerPath: reader.text(volume.container_path, `${path}.volume.container_path`),
        mode: reader.oneOf(volume.mode, `${path}.volume.mode`, ['RW', 'RO']),
        ...(hostPath !== undefined && { hostPath }),
      },
    }),
  };
}

function readSource(reader: JsonReader, json: unknown, path: string): DiskSource {
  const source = reader.object(json, path, ['type', 'path', 'mount', 'vendor', 'id', 'profile', 'metadata']);
  const type = reader.oneOf(source.type, `${path}.type`, ['PATH', 'MOUNT', 'BLOCK', 'RAW']);
  const wrong = (['path', 'mount'] as const).find((field) => source[field] !== undefined && field.toUpperCase() !== type);
  if (wrong) reader.fail(`${path}.${wrong}`, `must not be set for the type ${type}`, undefined);
  const place = type === 'PATH' ? 'path' : 'mount';
  const holder = reader.optionalObject(source[place], `${path}.${place}`, ['root']);
  const root = reader.optionalText(holder?.root, `${path}.${place}.root`);
  const id = reader.optionalText(source.id, `${path}.id`);
  const vendor = reader.optionalText(source.vendor, `${path}.vendor`);
  const profile = reader.optionalText(source.profile, `${path}.profile`);
  return {
    type,
    ...(root !== undefined && { root }),
    ...(id !== undefined && { id }),
    ...(vendor !== undefined && { vendor }),
    ...(profile !== undefined && { profile }),
    ...(source.metadata !== undefined && { metadata: readLabels(reader, source.metadata, `${path}.metadata`) }),
  };
}

import { Resources, scalar } from '@holdfast/core/resources';
import type { Resource } from '@holdfast/core/resources';
import { Resource as WireResource } from '../gen/holdfast/v1/resource';
import { attempt } from './edge';
import { readResource, readResources, readValidResource, resourceCodec, writeCopies, writeResource, writeResources } from './resource';

const OLD = { allocationInfo: true, reservationStack: false };

/** Mesos JSON, which is also how people write resources down. */
const wire = (json: object): WireResource => WireResource.fromJSON(json);
const read = (json: object) => attempt(readValidResource, wire(json));
const cpus = { name: 'cpus', type: 'SCALAR', scalar: { value: 4 } };
const disk = { name: 'disk', type: 'SCALAR', scalar: { value: 64 } };
const eng = { type: 'DYNAMIC', role: 'eng', principal: 'ops' };
const volume = {
  ...disk,
  reservations: [eng],
  disk: { persistence: { id: 'v1', principal: 'ops' }, volume: { container_path: 'data', mode: 'RW' } },
};

const shared: Resource = {
  name: 'disk',
  value: { kind: 'scalar', milli: 64_000 },
  reservations: [{ type: 'dynamic', role: 'eng' }],
  disk: { persistence: { id: 'v1' }, volume: { containerPath: 'data', mode: 'RW' } },
  shared: true,
  revocable: false,
};

describe('a resource', () => {
  it('is shared by the presence of an empty message (A-001)', () => {
    expect(writeResource(shared).shared).toEqual({});
    expect(readResource(wire({ ...volume, shared: {} })).shared).toBe(true);
    expect(readResource(wire(volume)).shared).toBe(false);
  });

  it('becomes copies where a list names it twice (A-029)', () => {
    const twice = readResources([wire({ ...volume, shared: {} }), wire({ ...volume, shared: {} })], 'resources');
    expect([...twice.entries()].map(({ copies }) => copies)).toEqual([2]);
  });

  it('stands once in the public API and once per copy between our processes (A-020, A-029)', () => {
    const three = Resources.of([shared, shared, shared, scalar('cpus', 1)]);
    expect(writeResources(three).map(({ name }) => name)).toEqual(['disk', 'cpus']);
    expect(writeCopies(three).map(({ name }) => name)).toEqual(['disk', 'disk', 'disk', 'cpus']);
  });

  it('is kept in thousandths (B-005)', () => {
    expect(readResource(wire({ ...cpus, scalar: { value: 0.1 + 0.2 } })).value).toEqual({ kind: 'scalar', milli: 300 });
    expect(writeResource(scalar('cpus', 0.3)).scalar).toEqual({ value: 0.3 });
  });

  it('may be zero, which reaches the wire', () => {
    const zero = scalar('cpus', 0);
    const bytes = resourceCodec.encode(zero);
    expect(WireResource.decode(bytes)).toMatchObject({ type: 'SCALAR', scalar: { value: 0 } });
    expect(resourceCodec.decode(bytes)).toMatchObject({ ok: true, value: { value: { kind: 'scalar', milli: 0 } } });
  });

  it('knows no minus zero', () => {
    const value = readResource(wire({ ...cpus, scalar: { value: -0 } })).value;
    expect(value.kind === 'scalar' && Object.is(value.milli, 0)).toBe(true);
  });
});

describe('the reservations of a resource', () => {
  it.each([
    ['none', {}, []],
    ["the role '*'", { role: '*' }, []],
    ['a role alone: static', { role: 'eng' }, [{ type: 'static', role: 'eng' }]],
    [
      'a role and a reservation: dynamic',
      { role: 'eng', reservation: { principal: 'p' } },
      [{ type: 'dynamic', role: 'eng', principal: 'p' }],
    ],
    [
      'a stack',
      {
        reservations: [
          { type: 'STATIC', role: 'eng' },
          { type: 'DYNAMIC', role: 'eng/web' },
        ],
      },
      [
        { type: 'static', role: 'eng' },
        { type: 'dynamic', role: 'eng/web' },
      ],
    ],
    [
      'both formats that agree',
      { role: 'eng', reservation: { principal: 'ops' }, reservations: [eng] },
      [{ type: 'dynamic', role: 'eng', principal: 'ops' }],
    ],
  ])('are read from %s (B-001, B-003)', (_name, formats, stack) => {
    expect(read({ ...cpus, ...formats })).toMatchObject({ ok: true, value: { reservations: stack } });
  });

  it.each([
    ['two formats with another role', { role: 'ops', reservation: { principal: 'ops' }, reservations: [eng] }, 'role', 'B-003'],
    [
      'two formats with another principal',
      { role: 'eng', reservation: { principal: 'x' }, reservations: [eng] },
      'reservation.principal',
      'B-003',
    ],
    [
      'two formats with other labels',
      { role: 'eng', reservation: { principal: 'ops', labels: { labels: [{ key: 'a' }] } }, reservations: [eng] },
      'reservation.labels',
      'B-003',
    ],
    ['the old format beside two entries', { role: 'eng', reservations: [eng, { type: 'DYNAMIC', role: 'eng/web' }] }, 'role', 'B-003'],
    ['a type in the old format', { role: 'eng', reservation: { type: 'DYNAMIC' } }, 'reservation.type', 'B-004'],
    ['a role in the old reservation', { role: 'eng', reservation: { role: 'eng' } }, 'reservation.role', 'B-004'],
    ["a reservation for '*'", { role: '*', reservation: {} }, 'reservation', 'B-004'],
    ['an entry without type', { reservations: [{ role: 'eng' }] }, 'reservations[0].type', 'B-002'],
    ['an entry without role', { reservations: [{ type: 'STATIC' }] }, 'reservations[0].role', 'B-002'],
    ['an entry of type UNKNOWN', { reservations: [{ type: 'UNKNOWN', role: 'eng' }] }, 'reservations[0].type', 'B-002'],
    [
      'an entry that does not refine the one below',
      { reservations: [eng, { type: 'DYNAMIC', role: 'ops' }] },
      'reservations[1].role',
      'B-002',
    ],
  ])('are refused with %s', (_name, formats, field, _rule) => {
    expect(read({ ...cpus, ...formats })).toMatchObject({ ok: false, refusal: { code: 'invalid_argument', details: { field } } });
  });

  it('go out in the old format to a framework without RESERVATION_REFINEMENT (B-013)', () => {
    const dynamic = { ...scalar('cpus', 1), reservations: [{ type: 'dynamic' as const, role: 'eng', principal: 'ops' }] };
    expect(writeResource(scalar('cpus', 1), OLD)).toMatchObject({ role: '*', reservation: undefined, reservations: [] });
    expect(writeResource({ ...dynamic, reservations: [{ type: 'static', role: 'eng' }] }, OLD)).toMatchObject({
      role: 'eng',
      reservation: undefined,
      reservations: [],
    });
    expect(writeResource(dynamic, OLD)).toMatchObject({ role: 'eng', reservation: { principal: 'ops' }, reservations: [] });
    expect(writeResource(dynamic, OLD).reservation).not.toHaveProperty('type');
  });

  it('go out as a stack to a framework with RESERVATION_REFINEMENT (B-013)', () => {
    expect(writeResource(shared)).toMatchObject({
      role: undefined,
      reservation: undefined,
      reservations: [{ type: 'DYNAMIC', role: 'eng' }],
    });
  });
});

describe('a resource is refused', () => {
  const { name: _name, ...nameless } = cpus;
  const { type: _type, ...typeless } = cpus;
  it.each([
    ['without a name', nameless, 'name'],
    ['without a type', typeless, 'type'],
    ['of a type that is not known', { ...cpus, type: 99 }, 'type'],
    ['of type TEXT', { ...cpus, type: 'TEXT' }, 'type'],
    ['without a value', { name: 'cpus', type: 'SCALAR' }, 'scalar'],
    ['with the value of another type beside its own', { ...cpus, ranges: { range: [] } }, 'type'],
    ['with a negative scalar (B-005)', { ...cpus, scalar: { value: -1 } }, 'scalar.value'],
    ['with a scalar that rounds to zero (B-005)', { ...cpus, scalar: { value: 0.0004 } }, 'scalar.value'],
    ['with a scalar that has no thousandths left', { ...cpus, scalar: { value: 2 ** 53 / 1000 + 1 } }, 'scalar.value'],
    [
      'with a range that is inverted (B-005)',
      {
        name: 'ports',
        type: 'RANGES',
        ranges: {
          range: [
            { begin: 1, end: 5 },
            { begin: 9, end: 8 },
          ],
        },
      },
      'ranges.range[1]',
    ],
    [
      'with a range beyond 2^53',
      { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 1, end: '9007199254740992' }] } },
      'ranges.range[0].end',
    ],
    [
      'with ranges that overlap (B-005)',
      {
        name: 'ports',
        type: 'RANGES',
        ranges: {
          range: [
            { begin: 1, end: 5 },
            { begin: 5, end: 6 },
          ],
        },
      },
      'ranges',
    ],
    ['with an item twice (B-005)', { name: 'things', type: 'SET', set: { item: ['a', 'a'] } }, 'set.item[1]'],
    ['with part of a gpu (B-009)', { ...cpus, name: 'gpus', scalar: { value: 0.5 } }, 'scalar.value'],
    ['that is shared and not a disk (A-002)', { ...cpus, shared: {} }, 'shared'],
    ['that is a shared disk and not a volume (A-002)', { ...disk, shared: {} }, 'shared'],
    ['with DiskInfo on cpus (B-006)', { ...cpus, disk: volume.disk }, 'disk'],
    ['with empty DiskInfo (B-006)', { ...disk, disk: {} }, 'disk'],
    ['with a volume that is not persistent (B-006)', { ...disk, disk: { volume: volume.disk.volume } }, 'disk.volume'],
    ['with persistence and no volume (B-006)', { ...volume, disk: { persistence: { id: 'v1' } } }, 'disk.volume'],
    ['with a volume on unreserved disk (B-006)', { ...volume, reservations: [] }, 'reservations'],
    [
      'with a host path (B-006)',
      { ...volume, disk: { ...volume.disk, volume: { ...volume.disk.volume, host_path: '/x' } } },
      'disk.volume.host_path',
    ],
    [
      'with a persistence id that is a path (A-054)',
      { ...volume, disk: { ...volume.disk, persistence: { id: 'a/b' } } },
      'disk.persistence.id',
    ],
    ['with persistence that has no id', { ...volume, disk: { ...volume.disk, persistence: {} } }, 'disk.persistence.id'],
    ['with a volume without mode', { ...volume, disk: { ...volume.disk, volume: { container_path: 'data' } } }, 'disk.volume.mode'],
    ['with a volume without container path', { ...volume, disk: { ...volume.disk, volume: { mode: 'RW' } } }, 'disk.volume.container_path'],
    [
      'with an image as volume',
      { ...volume, disk: { ...volume.disk, volume: { ...volume.disk.volume, image: { type: 'APPC' } } } },
      'disk.volume.image',
    ],
    ['with a disk of unknown type', { ...disk, disk: { source: { type: 'UNKNOWN' } } }, 'disk.source.type'],
    ['with the mount of a PATH disk', { ...disk, disk: { source: { type: 'PATH', mount: { root: '/m' } } } }, 'disk.source.mount'],
    ['with the path of a MOUNT disk', { ...disk, disk: { source: { type: 'MOUNT', path: { root: '/p' } } } }, 'disk.source.path'],
    ['allocated to no role', { ...cpus, allocation_info: {} }, 'allocation_info.role'],
    ['with an empty provider id', { ...cpus, provider_id: {} }, 'provider_id.value'],
  ])('%s', (_case, json, field) => {
    expect(read(json)).toMatchObject({ ok: false, refusal: { code: 'invalid_argument', details: { field } } });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('with a scalar that is %p (B-005)', (value) => {
    const spoilt: WireResource = { ...wire(cpus), scalar: { value } };
    expect(attempt(readResource, spoilt)).toMatchObject({ ok: false, refusal: { details: { field: 'scalar.value' } } });
  });
});

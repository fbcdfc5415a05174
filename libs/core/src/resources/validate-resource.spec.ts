import type { Disk, Reservation, Resource, Value } from './resource';
import { sampleDisk, sampleOne, sampleVolume } from './sample-resources.fixture';
import { validateResource, validateResources } from './validate-resource';
import { unitsProblem } from './validate-value';

const refusesAt = (resource: Resource, field: string) => expect(validateResource(resource)?.field).toBe(field);
const accepts = (resource: Resource) => expect(validateResource(resource)).toBeUndefined();
const cpus = (value: Value): Resource => ({ ...sampleOne('cpus:1'), value });
const reserved = (...reservations: Reservation[]) => sampleDisk({ reservations });
const withDisk = (disk: Disk): Resource => ({ ...sampleVolume({ shared: false }), disk });

describe('what may be shared', () => {
  it('accepts a shared persistent volume (A-002)', () => accepts(sampleVolume()));
  it('refuses shared cpus (A-002)', () => {
    expect(validateResource({ ...sampleOne('cpus:1'), shared: true })).toEqual({
      field: 'shared',
      problem: 'Resource cpus cannot be shared.',
    });
  });
  it('refuses shared disk without persistence (A-002)', () => {
    expect(validateResource({ ...sampleDisk(), shared: true })).toEqual({
      field: 'shared',
      problem: 'Only persistent volumes can be shared.',
    });
  });
});

describe('persistence ids', () => {
  it.each(['', '.', '..', 'a/b', 'a\\b', 'a\nb', 'x'.repeat(256)])('refuses %j (A-054)', (id) => {
    refusesAt(sampleVolume({ id }), 'disk.persistence.id');
  });
  it('accepts an ordinary one (A-054)', () => accepts(sampleVolume({ id: 'db-1.data_x' })));
});

describe('reservations', () => {
  it('accepts a stack that refines, levels left out too (B-002)', () => {
    accepts(reserved({ type: 'static', role: 'a' }, { type: 'dynamic', role: 'a/b/c' }));
    accepts(reserved({ type: 'dynamic', role: 'a' }, { type: 'dynamic', role: 'a/b' }, { type: 'dynamic', role: 'a/b/c' }));
  });
  it('refuses the role * (B-002)', () => refusesAt(reserved({ type: 'static', role: '*' }), 'reservations[0].role'));
  it('refuses an ill-formed role (B-002, B-012)', () => refusesAt(reserved({ type: 'static', role: '/a' }), 'reservations[0].role'));
  it('refuses a static one on top (B-002)', () => {
    refusesAt(reserved({ type: 'static', role: 'a' }, { type: 'static', role: 'a/b' }), 'reservations[1].type');
  });
  it.each(['a', 'b', 'ab', 'ab/c'])('refuses %s on top of a, which is no sub-role (B-002)', (role) => {
    refusesAt(reserved({ type: 'static', role: 'a' }, { type: 'dynamic', role }), 'reservations[1].role');
  });
  it('refuses dynamic reservations of revocable resources, and accepts static ones (B-007)', () => {
    refusesAt({ ...sampleOne('cpus:1'), revocable: true, reservations: [{ type: 'dynamic', role: 'a' }] }, 'revocable');
    accepts({ ...sampleOne('cpus:1'), revocable: true, reservations: [{ type: 'static', role: 'a' }] });
  });
});

describe('values', () => {
  it.each([-1, NaN, 0.5, 2 ** 51])('refuses %s thousandths (B-005)', (milli) => refusesAt(cpus({ kind: 'scalar', milli }), 'scalar.value'));
  it('accepts zero (B-005)', () => accepts(cpus({ kind: 'scalar', milli: 0 })));
  it('refuses units that round to nothing, are negative or no number (B-005)', () => {
    expect([0.0004, -0.1, NaN, Infinity, 1e30].filter((units) => unitsProblem(units) === undefined)).toEqual([]);
    expect([0, 0.0005, 0.001, 1e9].filter((units) => unitsProblem(units) !== undefined)).toEqual([]);
  });
  it('refuses inverted, overlapping and negative ranges (B-005)', () => {
    const ranges = (...list: [number, number][]) => cpus({ kind: 'ranges', ranges: list.map(([begin, end]) => ({ begin, end })) });
    refusesAt(ranges([2, 1]), 'ranges.range[0]');
    refusesAt(ranges([5, 9], [1, 5]), 'ranges');
    refusesAt(ranges([-1, 5]), 'ranges.range[0]');
    accepts(ranges([5, 9], [1, 4]));
  });
  it('refuses an item that is there twice (B-005)', () => {
    refusesAt(cpus({ kind: 'set', items: ['a', 'b', 'a'] }), 'set.item[2]');
    accepts(cpus({ kind: 'set', items: ['a', 'b'] }));
  });
  it('refuses a part of a gpu (B-009)', () => {
    refusesAt({ ...cpus({ kind: 'scalar', milli: 1500 }), name: 'gpus' }, 'scalar.value');
    accepts({ ...cpus({ kind: 'scalar', milli: 2000 }), name: 'gpus' });
  });
  it('refuses a resource without a name', () => refusesAt({ ...sampleOne('cpus:1'), name: '' }, 'name'));
});

describe('disk information', () => {
  const volume = { containerPath: 'data', mode: 'RW' } as const;
  it('stands on disk only (B-006)', () => refusesAt({ ...sampleOne('cpus:1'), disk: { source: { type: 'PATH' } } }, 'disk'));
  it('may not be empty (B-006)', () => refusesAt(withDisk({}), 'disk'));
  it('has no volume without persistence (B-006)', () => refusesAt(withDisk({ volume }), 'disk.volume'));
  it('has a volume with persistence (B-006)', () => refusesAt(withDisk({ persistence: { id: 'a' } }), 'disk.volume'));
  it('has no host path (B-006)', () => {
    refusesAt(withDisk({ persistence: { id: 'a' }, volume: { ...volume, hostPath: '/a' } }), 'disk.volume.host_path');
  });
  it('makes no volume of unreserved or revocable disk (B-006)', () => {
    refusesAt({ ...sampleVolume(), reservations: [] }, 'reservations');
    refusesAt({ ...sampleVolume(), revocable: true }, 'revocable');
  });
  it('accepts a source alone, and with a volume (B-006)', () => {
    accepts(sampleDisk({ source: { type: 'MOUNT', root: '/a' } }));
    accepts(sampleVolume({ source: { type: 'PATH', root: '/a' } }));
  });
  it('refuses a root for a BLOCK or RAW disk (B-006)', () => refusesAt(sampleDisk({ source: { type: 'RAW', root: '/a' } }), 'disk.source'));
});

it('says which resource of a list it means, and where in it', () => {
  const problem = validateResources([sampleVolume(), sampleVolume({ id: '..' })], 'volumes');
  expect(problem).toEqual({ field: 'volumes[1].disk.persistence.id', problem: "may not be '..'" });
});

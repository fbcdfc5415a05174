import { resourceIdentity, unallocatedIdentity } from './identity';
import type { Resource } from './resource';
import { Resources } from './resources';
import { sampleDisk, sampleOne, sampleVolume } from './sample-resources.fixture';

const volume = sampleVolume({ reservations: [{ type: 'dynamic', role: 'eng', principal: 'p', labels: [{ key: 'a', value: 'b' }] }] });
const isSame = (left: Resource, right: Resource) => resourceIdentity(left) === resourceIdentity(right);

describe('the identity of a shared volume', () => {
  const changes: Record<string, Partial<Resource>> = {
    name: { name: 'ddisk' },
    type: { value: { kind: 'set', items: ['a'] } },
    size: { value: { kind: 'scalar', milli: 1 } },
    'allocation role': { allocationRole: 'eng' },
    'no reservation': { reservations: [] },
    'reservation type': { reservations: [{ ...volume.reservations[0]!, type: 'static' }] },
    'reservation role': { reservations: [{ ...volume.reservations[0]!, role: 'ops' }] },
    'reservation principal': { reservations: [{ ...volume.reservations[0]!, principal: 'q' }] },
    'reservation without principal': { reservations: [{ type: 'dynamic', role: 'eng', labels: [{ key: 'a', value: 'b' }] }] },
    'reservation labels': { reservations: [{ ...volume.reservations[0]!, labels: [{ key: 'a' }] }] },
    'reservation stack': { reservations: [...volume.reservations, { type: 'dynamic', role: 'eng/a' }] },
    'disk source': { disk: { ...volume.disk, source: { type: 'PATH', root: '/a' } } },
    'persistence id': { disk: { ...volume.disk, persistence: { id: 'other' } } },
    revocable: { revocable: true },
    provider: { providerId: 'x' },
    'not shared': { shared: false },
  };

  it.each(Object.entries(changes))('changes with %s (A-004)', (_what, change) => {
    expect(isSame(volume, { ...volume, ...change })).toBe(false);
  });

  it.each([
    ['where it appears', { disk: { ...volume.disk, volume: { containerPath: 'elsewhere', mode: 'RO' as const } } }],
    ['who made it', { disk: { ...volume.disk, persistence: { id: 'id1', principal: 'someone' } } }],
  ])('does not change with %s (A-005)', (_what, change) => {
    expect(isSame(volume, { ...volume, ...change })).toBe(true);
  });

  it('changes with the allocation role only, so that two sub-roles see one volume when it is left out (A-006)', () => {
    const [a, b] = ['eng/a', 'eng/b'].map((allocationRole) => ({ ...volume, allocationRole }));
    expect(isSame(a!, b!)).toBe(false);
    expect(unallocatedIdentity(a!)).toBe(unallocatedIdentity(b!));
    expect(unallocatedIdentity(a!)).toBe(resourceIdentity(volume));
  });

  it.each([
    ['root', { root: '/b' }],
    ['id', { id: 'x' }],
    ['vendor', { vendor: 'x' }],
    ['profile', { profile: 'x' }],
    ['metadata', { metadata: [{ key: 'x' }] }],
    ['type', { type: 'MOUNT' as const }],
  ])('changes with the %s of its disk (A-004)', (_what, change) => {
    const source = { type: 'PATH' as const, root: '/a' };
    expect(isSame(sampleVolume({ source }), sampleVolume({ source: { ...source, ...change } }))).toBe(false);
  });
});

it('leaves out quantities that can be merged (A-004)', () => {
  expect(isSame(sampleOne('cpus:1'), sampleOne('cpus:2'))).toBe(true);
  expect(isSame(sampleOne('cpus:1'), sampleOne('mem:1'))).toBe(false);
});

it('is not fooled by names that contain its own punctuation (A-004)', () => {
  const reserved = (role: string, principal?: string) =>
    sampleDisk({ reservations: [{ type: 'dynamic', role, ...(principal !== undefined && { principal }) }] });
  expect(isSame(reserved('apb'), reserved('a', 'b'))).toBe(false);
  expect(isSame(reserved('ap1:b'), reserved('a', 'b'))).toBe(false);
  expect(isSame(sampleVolume({ id: 'a*' }), sampleVolume({ id: 'a' }))).toBe(false);
});

it('sees past the order of items and labels (A-004)', () => {
  const shared = (...items: string[]): Resource => ({ ...sampleOne('zones:{a}'), value: { kind: 'set', items }, shared: true });
  expect(isSame(shared('a', 'b'), shared('b', 'a'))).toBe(true);
  const labelled = (...keys: string[]) =>
    sampleDisk({ reservations: [{ type: 'dynamic', role: 'a', labels: keys.map((key) => ({ key })) }] });
  expect(isSame(labelled('a', 'b'), labelled('b', 'a'))).toBe(true);
});

it('forgets roles rather than pile them up, and still knows equal ones', () => {
  const cpus = Resources.of([sampleOne('cpus:1')]);
  const before = cpus.allocate('role-0');
  for (let at = 0; at < 10_001; at++) cpus.allocate(`role-${at}`);
  expect(before.equals(cpus.allocate('role-0'))).toBe(true);
  expect(before.subtract(cpus.allocate('role-0')).isEmpty).toBe(true);
});

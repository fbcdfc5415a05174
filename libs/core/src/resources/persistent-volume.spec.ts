import { isPersistentVolume, toPlainDisk } from './persistent-volume';
import { Resources } from './resources';
import { sample, sampleDisk, sampleVolume } from './sample-resources.fixture';

it('knows a volume by its persistence', () => {
  expect([sampleVolume(), sampleVolume({ shared: false }), sampleDisk({ source: { type: 'MOUNT' } })].map(isPersistentVolume)).toEqual([
    true,
    true,
    false,
  ]);
});

describe('the plain disk under a volume', () => {
  it('has no disk information on the root disk, and is not shared (A-023)', () => {
    expect(toPlainDisk(sampleVolume())).toEqual(sampleDisk());
  });

  it('keeps its source, reservations and allocation role (A-023)', () => {
    const disk = { source: { type: 'PATH', root: '/a' }, reservations: [{ type: 'dynamic', role: 'eng', principal: 'p' }] } as const;
    expect(toPlainDisk({ ...sampleVolume(disk), allocationRole: 'eng' })).toEqual({ ...sampleDisk(disk), allocationRole: 'eng' });
  });

  it.each([
    ['root', undefined],
    ['PATH', { type: 'PATH', root: '/a' }],
    ['MOUNT', { type: 'MOUNT', root: '/a' }],
  ] as const)('turns into the volume and back, leaving what was there, on a %s disk (A-024, A-195)', (_kind, source) => {
    const before = sample('cpus:1').add(Resources.of([sampleDisk({ ...(source && { source }) })]));
    const volume = sampleVolume({ ...(source && { source }) });
    const [plain, made] = [Resources.of([toPlainDisk(volume)]), Resources.of([volume])];
    expect(before.contains(plain)).toBe(true);
    const after = before.subtract(plain).add(made);
    expect([after.count(volume), after.contains(plain)]).toEqual([1, false]);
    expect(after.subtract(made).add(plain).equals(before)).toBe(true);
  });

  it('is not there for a volume larger than the disk (A-025)', () => {
    expect(Resources.of([sampleDisk()]).contains(Resources.of([toPlainDisk(sampleVolume({ sizeMb: 65 }))]))).toBe(false);
  });
});

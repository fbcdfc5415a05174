import { type Resource, scalar } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import { cpus, dynamic, engDisk, framework, grow, reserved, shrink, volume, type VolumeOptions } from './accept.fixture';
import { checkResize } from './check-resize';
import type { ResizeOperation } from './operation';
import type { AgentVolume } from './operation-surroundings';

const own = (options: VolumeOptions = {}) => volume('v', { shared: false, ...options });
const withRole = (resource: Resource): Resource => ({ ...resource, allocationRole: resource.allocationRole ?? 'eng' });

interface Given {
  readonly mayGrowShared?: boolean;
  readonly onAgent?: readonly AgentVolume[];
}

function check(operation: ResizeOperation, { mayGrowShared = false, onAgent }: Given = {}) {
  const known = onAgent ?? [{ resource: operation.volume }];
  return checkResize(
    { ...operation, volume: withRole(operation.volume), change: withRole(operation.change) },
    {
      framework: framework(),
      role: 'eng',
      mayGrowShared,
      findVolume: (key) => known.find(({ resource }) => keyOfVolume(resource) === key),
    },
  );
}

const sourced = (type: 'PATH' | 'MOUNT' | 'BLOCK'): Resource => {
  const plain = own();
  return { ...plain, disk: { ...plain.disk, source: { type, root: '/mnt/x' } } };
};

describe.each([
  ['GROW_VOLUME', grow, 'addition'],
  ['SHRINK_VOLUME', shrink, 'subtract'],
] as const)('%s', (_type, resize, change) => {
  it('passes a volume that is not shared, on a disk of the root or of a PATH (B-056, B-058)', () => {
    expect(check(resize(own(), 10))).toBeUndefined();
    expect(check(resize(sourced('PATH'), 10))).toBeUndefined();
    expect(check(resize(own(), 0.001))).toBeUndefined();
  });

  it('refuses a volume or a change that is not well formed', () => {
    expect(check(resize({ ...own(), value: { kind: 'scalar', milli: -1 } }, 1))?.message).toContain('volume.scalar.value');
    expect(check(resize(own(), -1))?.message).toContain(`${change}.scalar.value`);
    expect(check(resize({ ...own(), value: { kind: 'scalar', milli: 0.5 } }, 1))?.code).toBe('operation_invalid');
  });

  it('refuses a change of nothing (B-056, B-058)', () => {
    expect(check(resize(own(), 0))?.message).toBe(`${change}: must be more than nothing`);
    expect(check({ ...resize(own(), 1), change: { ...engDisk(1), value: { kind: 'set', items: ['a'] } } })?.message).toContain(change);
  });

  it('refuses volumes of a resource provider, and disk of another provider (B-024, B-056, B-058)', () => {
    expect(check(resize({ ...own(), providerId: 'p' }, 1))?.message).toContain('of resource provider p');
    expect(check({ ...resize(own(), 1), change: { ...engDisk(1), providerId: 'p' } })?.message).toContain(
      'more than one resource provider',
    );
  });

  it('refuses what is not a persistent volume, and one named with mode RO (A-034, B-056, B-058)', () => {
    expect(check(resize(engDisk(64), 1))?.message).toContain('is not a persistent volume');
    expect(check(resize(own({ mode: 'RO' }), 1))?.message).toContain('mode RO');
  });

  it('refuses volumes that take a whole disk (B-057, B-058, B-062)', () => {
    expect(check(resize(sourced('MOUNT'), 10))?.message).toBe('Volume eng/v takes a whole MOUNT disk, which cannot be resized.');
    expect(check(resize(sourced('BLOCK'), 10))?.code).toBe('operation_invalid');
  });

  it.each([
    ['unreserved', scalar('disk', 1)],
    ['reserved by another principal', reserved(scalar('disk', 1), dynamic('eng', 'q'))],
    ['of another source', { ...engDisk(1), disk: { source: { type: 'PATH', root: '/mnt/y' } } } as Resource],
    ['revocable', { ...reserved(scalar('disk', 1), { type: 'static', role: 'eng' }), revocable: true }],
    ['cpus', reserved(cpus(1), 'eng')],
    ['a volume', volume('w', { mb: 1, shared: false })],
  ])('refuses a change that is not the disk under the volume: %s (B-056)', (_what, other) => {
    expect(check({ ...resize(own(), 1), change: other })?.message).toMatch(
      new RegExp(`^${change}: .* is not the kind of disk under volume`),
    );
  });

  it('refuses a volume that the agent does not have exactly so; path and creator are not looked at (A-005, A-046)', () => {
    const onAgent = [{ resource: own({ principal: 'p' }) }];
    expect(check(resize(own({ path: 'elsewhere', principal: 'q' }), 1), { onAgent })).toBeUndefined();
    for (const other of [own({ mb: 65 }), own({ reservations: [dynamic('eng', 'q')] }), volume('w', { shared: false })])
      expect(check(resize(other, 1), { onAgent })?.code).toBe('volume_not_found');
  });

  it('refuses a volume that an earlier operation destroys or resizes (B-060)', () => {
    expect(check(resize(own(), 1), { onAgent: [{ resource: own(), destroyedBy: 2 }] })?.message).toContain('destroyed by operation 2');
    expect(check(resize(own(), 1), { onAgent: [{ resource: own(), resizedBy: 2 }] })?.message).toContain('resized by operation 2');
    expect(check(resize(own({ mb: 65 }), 1), { onAgent: [{ resource: own(), resizedBy: 2 }] })?.message).toContain(
      'resized by operation 2',
    );
  });

  it('refuses resources of another allocation role than that of the offers (B-023)', () => {
    expect(check(resize({ ...own(), allocationRole: 'ops' }, 1))?.message).toContain("allocated to the role 'ops'");
  });
});

describe('GROW_VOLUME of a shared volume', () => {
  it('is refused over the Mesos door to who does not want extensions, and says what to do (A-036)', () => {
    expect(check(grow(volume('v'), 1))).toMatchObject({ code: 'capability_missing', details: { capability: 'holdfast.extensions' } });
    expect(check(grow(volume('v'), 1))?.message).toBe(
      'The framework lacks the capability holdfast.extensions: volume eng/v is shared, and Mesos does not grow shared volumes; give FrameworkInfo the label holdfast.extensions=true to have Holdfast do it.',
    );
  });

  it("passes where the door or the framework's label allows it", () => {
    expect(check(grow(volume('v'), 1), { mayGrowShared: true })).toBeUndefined();
  });
});

describe('SHRINK_VOLUME', () => {
  it('of a shared volume is always refused (A-037)', () => {
    expect(check(shrink(volume('v'), 1), { mayGrowShared: true })?.message).toContain('shared volumes cannot be shrunk');
  });

  it('takes less than there is, to the last thousandth (B-058)', () => {
    expect(check(shrink(own(), 63.999))).toBeUndefined();
    for (const mb of [64, 65]) expect(check(shrink(own(), mb))?.message).toContain('must be less than the size of volume eng/v');
  });
});

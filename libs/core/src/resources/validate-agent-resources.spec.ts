import { formatResources } from './format-resources';
import type { Resource } from './resource';
import { Resources } from './resources';
import { sampleDisk, sampleOne, sampleVolume } from './sample-resources.fixture';

const refusal = (resource: Resource) => {
  const result = Resources.parse(formatResources(Resources.of([resource])));
  return result.ok ? undefined : result.refusal.message;
};

describe('--resources of an agent', () => {
  it('refuses persistent volumes (B-008)', () => {
    expect(refusal(sampleVolume())).toBe('resources[0].disk.persistence: Volumes are made with CREATE, not configured.');
  });

  it('refuses revocable resources (B-008)', () => {
    expect(refusal({ ...sampleOne('cpus:1'), revocable: true })).toContain('resources[0].revocable');
  });

  it('refuses dynamic reservations, refined ones too (B-008)', () => {
    expect(refusal(sampleDisk({ reservations: [{ type: 'dynamic', role: 'a' }] }))).toContain('resources[0].reservations[0]');
    const refined = [
      { type: 'static', role: 'a' },
      { type: 'dynamic', role: 'a/b' },
    ] as const;
    expect(refusal(sampleDisk({ reservations: refined }))).toContain('resources[0].reservations[1]');
  });

  it('refuses allocated resources (B-008)', () => {
    expect(refusal({ ...sampleOne('cpus:1'), allocationRole: 'a' })).toContain('resources[0].allocation_info');
  });

  it('refuses one name with two types (B-008)', () => {
    const result = Resources.parse('foo(a):1;bar:2;foo(b):[0-1]');
    expect(!result.ok && result.refusal.message).toBe("resources[2]: 'foo' is a ranges here and a scalar before; one name has one type");
  });

  it('accepts static reservations and disks with a source (B-008)', () => {
    expect(refusal(sampleDisk({ source: { type: 'MOUNT', root: '/a' } }))).toBeUndefined();
  });
});

import { formatResource } from './format-resource';
import type { DiskSource, Resource } from './resource';
import { Resources } from './resources';
import { sample, sampleDisk, sampleVolume } from './sample-resources.fixture';

const formatted = (resource: Resource) => formatResource(resource);

describe('printing (A-019)', () => {
  it('shows copies behind the size of a shared volume, and the flag before it (A-019)', () => {
    const volume = sampleVolume();
    expect(String(Resources.of([volume]))).toBe('disk(reservations: [(STATIC,role1)])[id1:path1]<SHARED>:64<1>');
    expect(String(Resources.of([volume, volume]))).toBe('disk(reservations: [(STATIC,role1)])[id1:path1]<SHARED>:64<2>');
  });

  it('shows scalars with at most three decimals, ranges and sets, one after the other (A-019)', () => {
    const text = 'cpus:45.55; ports:[10000-20000, 30000-50000]; disks:{sda1, sdb1}; mem:1000001; gpus:2';
    expect(String(sample('cpus:45.55;ports:[10000-20000, 30000-50000];disks:{sda1,sdb1};mem:1000001.0001;gpus:2'))).toBe(text);
    expect(String(sample('cpus:99999999999.999'))).toBe('cpus:99999999999.999');
  });

  it('shows an empty collection as {} (A-019)', () => {
    expect(String(Resources.empty)).toBe('{}');
  });

  it('shows allocation, then reservations, then disk, then revocable (A-019)', () => {
    const disk = sampleDisk({ sizeMb: 1, role: 'alice' });
    const hadoop = sampleVolume({ sizeMb: 1, role: 'alice', id: 'hadoop', shared: false, mount: { containerPath: '/data', mode: 'RW' } });
    expect(formatted({ ...disk, allocationRole: 'role' })).toBe('disk(allocated: role)(reservations: [(STATIC,alice)]):1');
    expect(formatted({ ...hadoop, revocable: true })).toBe('disk(reservations: [(STATIC,alice)])[hadoop:/data]{REV}:1');
  });

  it('shows a refined reservation with its principal and labels (A-019)', () => {
    const labels = [{ key: 'foo', value: 'bar' }, { key: 'foo' }];
    const reservations = [
      { type: 'static', role: 'alice' },
      { type: 'dynamic', role: 'alice/refined', principal: 'hdfs-p', labels },
    ] as const;
    expect(formatted(sampleDisk({ sizeMb: 1, reservations }))).toBe(
      'disk(reservations: [(STATIC,alice),(DYNAMIC,alice/refined,hdfs-p,{foo: bar, foo})]):1',
    );
  });

  it.each<[string, DiskSource]>([
    ['MOUNT:/mnt1', { type: 'MOUNT', root: '/mnt1' }],
    ['PATH:/mnt2', { type: 'PATH', root: '/mnt2' }],
    ['PATH', { type: 'PATH' }],
    ['RAW(vendor,id,profile)', { type: 'RAW', vendor: 'vendor', id: 'id', profile: 'profile' }],
    ['BLOCK(,id,)', { type: 'BLOCK', id: 'id' }],
  ])('shows a disk source as %s (A-019)', (text, source) => {
    expect(formatted(sampleDisk({ source }))).toBe(`disk(reservations: [(STATIC,role1)])[${text}]:64`);
  });

  it('shows source, id and a host path with its mode (A-019)', () => {
    const mount = { containerPath: '/data', hostPath: '/hdfs', mode: 'RW' } as const;
    const volume = sampleVolume({ sizeMb: 1, role: 'alice', id: 'hadoop', mount, shared: false, source: { type: 'MOUNT', root: '/mnt1' } });
    expect(formatted(volume)).toBe('disk(reservations: [(STATIC,alice)])[MOUNT:/mnt1,hadoop:/hdfs:/data:rw]:1');
  });
});

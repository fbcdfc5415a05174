import { Resources } from './resources';
import type { Resource } from './resource';
import { sample, sampleDisk, sampleOne, sampleVolume } from './sample-resources.fixture';

const shared = sampleVolume({ sizeMb: 50 });
const exclusive = sampleVolume({ sizeMb: 50, shared: false });
const mount = sampleDisk({ source: { type: 'MOUNT', root: '/mnt/a' } });
const copies = (resource: Resource, count: number) => Resources.ofEntries([{ resource, copies: count }]);

describe('copies of shared volumes', () => {
  it('takes one object for one copy (A-001)', () => {
    expect(Resources.of([shared]).count(shared)).toBe(1);
  });

  it('groups equal shared objects into one entry with a count, others without (A-003)', () => {
    const sum = Resources.of([shared, shared, ...sample('cpus:1').toList(), ...sample('cpus:1').toList()]);
    expect([...sum]).toEqual([
      { resource: shared, copies: 2 },
      { resource: sampleOne('cpus:2'), copies: 1 },
    ]);
  });

  it('groups whatever is shared, not volumes only (A-003)', () => {
    const cpus = { ...sampleOne('cpus:1'), shared: true };
    expect([...Resources.of([cpus, cpus])]).toEqual([{ resource: cpus, copies: 2 }]);
  });

  it('adds the counts of equal volumes and not their sizes (A-007)', () => {
    const r1 = sample('cpus:1;mem:5').add(Resources.of([shared]));
    const sum = r1.add(sample('cpus:2;mem:10').add(Resources.of([shared])));
    expect([sum.count(shared), sum.toList().length]).toEqual([2, 3]);
    expect(sum.scalars()).toEqual(
      new Map([
        ['cpus', 3_000],
        ['mem', 15_000],
        ['disk', 50_000],
      ]),
    );
  });

  it('gives one result, however a sum of shared and other resources is made (A-008)', () => {
    const parts = [sample('cpus:1;mem:5'), Resources.of([shared]), Resources.of([exclusive]), sample('cpus:2'), Resources.of([shared])];
    const oneByOne = parts.reduce((sum, part) => sum.add(part), Resources.empty);
    expect(oneByOne.equals(Resources.sum(parts))).toBe(true);
    expect(oneByOne.equals(Resources.of(parts.flatMap((part) => part.toCopies())))).toBe(true);
  });

  it('changes no operand of a sum or a difference (A-008)', () => {
    const [left, right] = [sample('cpus:4').add(Resources.of([shared])), sample('cpus:1').add(Resources.of([shared]))];
    const before = [String(left), String(right)];
    left.add(right);
    left.subtract(right);
    expect([String(left), String(right)]).toEqual(before);
  });

  it('subtracts counts; an entry is gone at nothing and below (A-009)', () => {
    const r1 = sample('cpus:40').add(copies(shared, 2));
    const r2 = sample('cpus:5').add(copies(shared, 1));
    expect(r1.subtract(r2).equals(sample('cpus:35').add(copies(shared, 1)))).toBe(true);
    expect(r1.subtract(r2).subtract(r2).count(shared)).toBe(0);
    expect(r2.subtract(r1).isEmpty).toBe(true);
  });

  it('takes no debts: subtracting and adding again is not the inverse (A-010)', () => {
    const r1 = sample('cpus:2').add(copies(shared, 4));
    const r2 = sample('cpus:2').add(copies(shared, 3));
    expect(r1.add(r2).subtract(r1).equals(r2)).toBe(true);
    expect(r2.subtract(r1).isEmpty).toBe(true);
    expect(r2.subtract(r1).add(r1).equals(r1)).toBe(true);
  });

  it('never combines volumes that differ (A-011)', () => {
    const bigger = sampleVolume({ sizeMb: 100 });
    const both = Resources.of([shared, bigger]);
    expect([both.count(shared), both.count(bigger)]).toEqual([1, 1]);
    expect(
      Resources.of([shared])
        .subtract(Resources.of([bigger]))
        .count(shared),
    ).toBe(1);
  });

  it('never combines what differs in sharedness only (A-012)', () => {
    const sum = Resources.of([shared, shared, exclusive]);
    expect([sum.toList().length, sum.scalarMilli('disk'), sum.count(shared), sum.count(exclusive)]).toEqual([2, 100_000, 2, 1]);
    expect(
      Resources.of([exclusive])
        .subtract(Resources.of([shared]))
        .count(exclusive),
    ).toBe(1);
    expect(Resources.of([exclusive]).contains(Resources.of([shared]))).toBe(false);
    expect(Resources.of([shared]).contains(Resources.of([exclusive]))).toBe(false);
  });

  it('is empty without copies, and takes no negative ones (A-017)', () => {
    expect(copies(shared, 0).isEmpty).toBe(true);
    expect(copies(shared, -1).isEmpty).toBe(true);
  });

  it('keeps counts in shared() and nonShared(), which together are all (A-018)', () => {
    const all = sample('cpus:1')
      .add(copies(shared, 3))
      .add(Resources.of([exclusive]));
    expect(all.shared().equals(copies(shared, 3))).toBe(true);
    expect(all.nonShared().equals(sample('cpus:1').add(Resources.of([exclusive])))).toBe(true);
    expect(all.shared().add(all.nonShared()).equals(all)).toBe(true);
    expect(all.filter((resource) => resource.name === 'disk').count(shared)).toBe(3);
  });

  it('lists a volume once whatever its count, and each copy in toCopies (A-020)', () => {
    expect(copies(shared, 3).toList()).toEqual([shared]);
    expect(copies(shared, 3).toCopies()).toEqual([shared, shared, shared]);
  });

  it('reads a list that names a volume twice as two copies (A-029)', () => {
    expect(Resources.of([shared, { ...shared }]).count(shared)).toBe(2);
  });

  it('sees one volume at another path or read-only, and shows it where it was first (A-005)', () => {
    const elsewhere = sampleVolume({ sizeMb: 50, mount: { containerPath: 'other', mode: 'RO' }, principal: 'other' });
    const sum = Resources.of([shared, elsewhere]);
    expect(sum.count(elsewhere)).toBe(2);
    expect(sum.toList()).toEqual([shared]);
  });

  it('tells copies under two allocation roles apart until they are unallocated (A-006)', () => {
    const [a, b] = [Resources.of([shared]).allocate('eng/a'), Resources.of([shared]).allocate('eng/b')];
    expect(a.contains(b)).toBe(false);
    expect(a.add(b).toList()).toHaveLength(2);
    expect(a.add(b).unallocate().count(shared)).toBe(2);
  });
});

describe('what is contained', () => {
  it('needs as many copies (A-013)', () => {
    expect(copies(shared, 2).contains(copies(shared, 2))).toBe(true);
    expect(copies(shared, 1).contains(copies(shared, 2))).toBe(false);
  });

  it('needs as much of each quantity, and each volume and whole disk exactly (A-013)', () => {
    const all = sample('cpus:4;ports:[1-10];zones:{a,b}').add(Resources.of([exclusive, mount]));
    expect(all.contains(sample('cpus:3.5;ports:[2-4,10-10];zones:{b}').add(Resources.of([exclusive, mount])))).toBe(true);
    const tooMuch = ['cpus:4.001', 'ports:[10-11]', 'zones:{c}', 'mem:1', 'cpus(eng):1'].map(sample);
    const split = [sampleDisk({ sizeMb: 32, source: { type: 'MOUNT', root: '/mnt/a' } }), sampleVolume({ sizeMb: 49, shared: false })];
    for (const request of [...tooMuch, ...split.map((resource) => Resources.of([resource]))]) expect(all.contains(request)).toBe(false);
  });

  it('needs each of two equal volumes that are not shared (A-016)', () => {
    expect(Resources.of([exclusive]).contains(Resources.of([exclusive, exclusive]))).toBe(false);
  });

  it('makes collections equal that contain each other, in any order (A-014)', () => {
    const [left, right] = [sample('cpus:1;mem:2'), sample('mem:2;cpus:1')];
    expect(left.add(copies(shared, 2)).equals(copies(shared, 2).add(right))).toBe(true);
    expect(left.add(copies(shared, 2)).equals(left.add(copies(shared, 1)))).toBe(false);
    expect(left.equals(sample('cpus:1;mem:3'))).toBe(false);
    expect(left.equals(sample('cpus:1'))).toBe(false);
  });

  it('counts a resource only where it is there in exactly this quantity (A-015)', () => {
    const cpus = sampleOne('cpus:1');
    expect(Resources.of([cpus]).count(cpus)).toBe(1);
    expect(Resources.of([cpus, cpus]).count(cpus)).toBe(0);
    expect(Resources.empty.count(cpus)).toBe(0);
  });

  it('keeps two equal volumes that are not shared as two entries, and counts one (A-016)', () => {
    const twice = Resources.of([exclusive]).add(Resources.of([exclusive]));
    expect([...twice]).toEqual([
      { resource: exclusive, copies: 1 },
      { resource: exclusive, copies: 1 },
    ]);
    expect([twice.count(exclusive), twice.scalarMilli('disk')]).toEqual([1, 100_000]);
    expect(twice.subtract(Resources.of([exclusive])).toList()).toEqual([exclusive]);
  });
});

describe('quantities', () => {
  it('counts the size of a shared volume once (A-021)', () => {
    const all = copies(shared, 3).add(sample('disk:14;disk(eng):1'));
    expect(all.scalarMilli('disk')).toBe(65_000);
    expect(all.scalarMilli('gpus')).toBe(0);
  });

  it('does not fill a demand of 128 MB with one shared volume of 64 MB, but with 64 MB more (A-021)', () => {
    const volume = copies(sampleVolume(), 2);
    const demand = new Map([['disk', 128_000]]);
    expect(volume.containsScalars(demand)).toBe(false);
    expect(volume.add(sample('disk:64')).containsScalars(demand)).toBe(true);
  });

  it('adds in thousandths, without the errors of binary fractions (B-005)', () => {
    const tenth = sample('cpus:0.1');
    expect(tenth.add(tenth).add(tenth).equals(sample('cpus:0.3'))).toBe(true);
  });

  it('leaves nothing of what goes below zero, and takes nothing that is not there (A-009)', () => {
    const all = sample('cpus:1;ports:[1-5];zones:{a}');
    expect(String(all.subtract(sample('cpus:2;ports:[3-9];zones:{a,b};mem:7')))).toBe('ports:[1-2]');
    expect(all.subtract(all).isEmpty).toBe(true);
  });

  it('never merges reservations with other labels or principals (B-010)', () => {
    const by = (principal: string, value: string) =>
      sampleDisk({ reservations: [{ type: 'dynamic', role: 'role1', principal, labels: [{ key: 'k', value }] }] });
    const all = Resources.of([by('p', 'a'), by('p', 'b'), by('q', 'a')]);
    expect(all.toList()).toHaveLength(3);
    expect(all.contains(Resources.of([by('q', 'b')]))).toBe(false);
  });

  it('merges equal reservations, and lets a part of them go (B-011)', () => {
    const reserved = sampleDisk({
      reservations: [{ type: 'dynamic', role: 'role1', principal: 'p', labels: [{ key: 'k' }, { key: 'l' }] }],
    });
    const reordered = sampleDisk({
      reservations: [{ type: 'dynamic', role: 'role1', principal: 'p', labels: [{ key: 'l' }, { key: 'k' }] }],
    });
    const both = Resources.of([reserved]).add(Resources.of([reordered]));
    expect(both.toList()).toHaveLength(1);
    expect(both.subtract(Resources.of([reserved])).scalarMilli('disk')).toBe(64_000);
  });

  it('never merges nor splits MOUNT disks; PATH and root disks are divisible (B-014)', () => {
    const path = sampleDisk({ source: { type: 'PATH', root: '/a' } });
    const half = (disk: Resource): Resource => ({ ...disk, value: { kind: 'scalar', milli: 32_000 } });
    const leftOver = (disk: Resource) =>
      Resources.of([disk, disk])
        .subtract(Resources.of([half(disk)]))
        .toList();
    expect(leftOver(mount)).toEqual([mount, mount]);
    expect(leftOver(path).map((disk) => disk.value)).toEqual([{ kind: 'scalar', milli: 96_000 }]);
    expect(leftOver(sampleDisk()).map((disk) => disk.value)).toEqual([{ kind: 'scalar', milli: 96_000 }]);
  });

  it('keeps BLOCK, and RAW with an id, whole; RAW without one is divisible (B-014)', () => {
    const merges = (type: 'BLOCK' | 'RAW', id?: string) => {
      const disk = sampleDisk({ source: { type, ...(id !== undefined && { id }) } });
      return Resources.of([disk, disk]).toList().length === 1;
    };
    expect([merges('BLOCK'), merges('RAW', 'x'), merges('RAW')]).toEqual([false, false, true]);
  });
});

describe('changes to all of a collection', () => {
  const all = sample('cpus:2').add(copies(shared, 3));

  it('keep the count (A-022)', () => {
    const pushed = all.pushReservation({ type: 'dynamic', role: 'role1/a' });
    expect(pushed.toCopies()).toHaveLength(4);
    expect(pushed.popReservation().equals(all)).toBe(true);
    expect(all.allocate('role1').toCopies()).toHaveLength(4);
    expect(all.allocate('role1').unallocate().equals(all)).toBe(true);
    expect(all.toUnreserved().count({ ...shared, reservations: [] })).toBe(3);
  });

  it('show in each resource (A-022)', () => {
    expect(
      all
        .allocate('role1')
        .toList()
        .map((resource) => resource.allocationRole),
    ).toEqual(['role1', 'role1']);
    expect(
      all
        .allocate('a')
        .allocate('b')
        .toList()
        .map((resource) => resource.allocationRole),
    ).toEqual(['b', 'b']);
    expect(all.allocate('a').unallocate().toList()).toEqual(all.toList());
    expect(all.allocate('a').allocate('b').equals(all.allocate('b'))).toBe(true);
  });

  it('make one disk of a volume that is no longer shared, whatever its copies (A-021)', () => {
    const plain = all.map((resource) => ({ ...resource, shared: false, disk: undefined }));
    expect(plain.scalarMilli('disk')).toBe(50_000);
  });
});

describe('a big collection', () => {
  it('finds its entries as a small one does', () => {
    const volumes = Array.from({ length: 100 }, (_, at) => sampleVolume({ id: `id${at}` }));
    const all = Resources.of(volumes);
    expect(all.contains(Resources.of(volumes.slice(40, 90)))).toBe(true);
    expect(all.subtract(Resources.of(volumes.slice(40))).equals(Resources.of(volumes.slice(0, 40)))).toBe(true);
    expect(all.add(all).count(volumes[70]!)).toBe(2);
    expect(all.subtract(Resources.of(volumes.slice(0, 1))).contains(Resources.of(volumes.slice(1, 50)))).toBe(true);
  });
});

describe('a collection in a test or a log', () => {
  it('is told from another by toEqual, and shown as a text', () => {
    const late = sample('cpus:3').subtract(sample('cpus:1'));
    late.scalars();
    expect(late).toEqual(sample('cpus:2'));
    expect(late).not.toEqual(sample('cpus:1'));
    expect(JSON.stringify({ late })).toBe('{"late":"cpus:2"}');
  });
});

import { Resources } from '@holdfast/core/resources';
import { create, destroy, ExampleCluster, extraCopies, res, shared, shortText, volume } from './example-cluster.fixture';

const V = shared('V', 'eng', 64);

function clusterWith(...frameworks: string[]): ExampleCluster {
  const cluster = new ExampleCluster();
  for (const id of frameworks) cluster.framework(id, ['eng']);
  return cluster;
}

describe('who is offered a shared volume', () => {
  it('offers it while tasks use it, which it does with no other volume (A-080, A-094)', () => {
    const cluster = clusterWith('f1', 'f2');
    const own = Resources.of([volume('W', 'eng', 32, false)]);
    cluster.agent('a1', res('cpus:3').add(V).add(own), [{ frameworkId: 'f1', role: 'eng', resources: res('cpus:1').add(V).add(own) }]);
    expect(cluster.offers()).toEqual(['a1: f2 eng V<1>; cpus:2']);
  });

  it('strips it for a framework without the capability, and gives that one the rest (A-081, C-070)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng'], { capabilities: [] });
    cluster.agent('a1', res('cpus:3;disk(eng):10').add(V));
    expect(cluster.offers()).toEqual(['a1: f1 eng cpus:3; disk(eng):10']);
  });

  it('counts it as available in full, once, whatever is allocated (A-082)', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', res('cpus:3').add(V), [{ role: 'eng', resources: res('cpus:1').add(shared('V', 'eng', 64, 5)) }]);
    expect(shortText(cluster.books.available('a1'))).toBe('V<1>; cpus:2');
  });

  it('lists it once in an offer, also when it was put with several copies (A-083, A-097)', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', res('cpus:3').add(shared('V', 'eng', 64, 3)));
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>; cpus:3']);
  });

  it('offers it to one framework per cycle, though the next finds enough to take (A-084, A-085 repaired)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng'], { capabilities: ['SHARED_RESOURCES'] });
    cluster.framework('f2', ['eng'], { capabilities: ['SHARED_RESOURCES', 'RESERVATION_REFINEMENT'] });
    const refined = res('cpus(eng):2').pushReservation({ type: 'dynamic', role: 'eng' });
    cluster.agent('a1', res('cpus:1').add(refined).add(V));
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>; cpus:1', 'a1: f2 eng cpus(eng>eng):2']);
  });

  it('offers it again in the next cycle that has something to go with it (A-084)', () => {
    const cluster = clusterWith('f1', 'f2');
    cluster.agent('a1', res('cpus:2').add(V), [{ frameworkId: 'f2', role: 'eng', resources: res('cpus:1') }]);
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>; cpus:1']);
    cluster.taskEnds({ frameworkId: 'f2', agentId: 'a1', role: 'eng' }, 'cpus:1');
    expect(cluster.offers()).toEqual(['a1: f2 eng V<1>; cpus:1']);
  });

  it('gives two offers of it to one framework when other resources come along (A-055, A-069)', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', res('cpus:2').add(V), [{ role: 'eng', resources: res('cpus:1') }]);
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>; cpus:1']);
    cluster.taskEnds({ frameworkId: 'f1', agentId: 'a1', role: 'eng' }, 'cpus:1');
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>; cpus:1']);
    expect(shortText(cluster.books.held({ frameworkId: 'f1', agentId: 'a1', role: 'eng' }).offered)).toBe('V<2>; cpus:2');
  });

  it('never offers it alone under the default minimum (A-086)', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', res('cpus:1').add(V), [{ role: 'eng', resources: res('cpus:1') }]);
    expect(cluster.offers()).toEqual([]);
  });

  it.each(['disk:1', ''])('makes no second offer of it alone to one who has it offered, minimum "%s" (A-087 repaired)', (minimum) => {
    const cluster = new ExampleCluster({ minimum });
    cluster.framework('f1', ['eng']);
    cluster.agent('a1', V);
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>']);
    for (let turn = 0; turn < 3; turn++) {
      cluster.books.reviveRoles('f1', []);
      cluster.period();
      expect(cluster.offers()).toEqual([]);
    }
  });

  it('makes that second offer when another volume, or anything else, comes with it (A-087 repaired)', () => {
    const cluster = new ExampleCluster({ minimum: 'disk:1' });
    cluster.framework('f1', ['eng']);
    cluster.agent('a1', V);
    const [first] = cluster.cycle();
    cluster.agent('a1', V.add(shared('W', 'eng', 8)), [{ role: 'eng', resources: first!.resources, offered: true }]);
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>; W<1>']);
    expect(cluster.offers()).toEqual([]);
  });

  it('offers it alone again once the offer became a task (A-080, A-087 repaired)', () => {
    const cluster = new ExampleCluster({ minimum: 'disk:1' });
    cluster.framework('f1', ['eng']);
    cluster.agent('a1', V);
    cluster.launch(cluster.cycle()[0]!);
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>']);
  });

  it('offers it alone to one framework after the other, one per period, where the minimum lets it (A-084)', () => {
    const cluster = new ExampleCluster({ minimum: 'disk:1' });
    for (const id of ['f1', 'f2', 'f3']) cluster.framework(id, ['eng']);
    cluster.agent('a1', V);
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>']);
    expect(cluster.books.hasCandidates).toBe(false);
    for (const id of ['f2', 'f3']) {
      cluster.period();
      expect(cluster.offers()).toEqual([`a1: ${id} eng V<1>`]);
    }
    cluster.period();
    expect(cluster.offers()).toEqual([]);
    cluster.period();
    expect(cluster.books.hasCandidates).toBe(false);
  });

  it('asks nobody when only shared volumes are left that nobody can be offered (A-088 repaired)', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', res('cpus:1').add(V));
    cluster.cycle();
    expect(cluster.books.counts.leftovers).toBe(0);
    cluster.framework('f2', ['eng']);
    expect(cluster.books.hasCandidates).toBe(false);
  });

  it('offers it to its role and that role’s descendants, to no other (A-089)', () => {
    for (const [role, sees] of [
      ['eng', true],
      ['eng/a', true],
      ['eng/a/b', true],
      ['engine', false],
      ['ops', false],
      ['*', false],
    ] as const) {
      const cluster = new ExampleCluster();
      cluster.framework('f1', [role]);
      cluster.agent('a1', res('cpus:1').add(V));
      expect(cluster.offers()).toEqual([`a1: f1 ${role} ${sees ? 'V<1>; ' : ''}cpus:1`]);
    }
  });

  it('offers it at once when an agent comes back with tasks that use it (A-098)', () => {
    const cluster = clusterWith();
    cluster.agent('a1', res('cpus:4;mem:2048;disk:1000').add(V), [
      { frameworkId: 'f1', role: 'eng', resources: res('cpus:2;mem:512').add(shared('V', 'eng', 64, 2)) },
      { frameworkId: 'f2', role: 'eng', resources: res('cpus:1;mem:512').add(V) },
    ]);
    cluster.framework('f1', ['eng']);
    cluster.framework('f2', ['eng']);
    expect(cluster.offers()).toEqual(['a1: f2 eng V<1>; cpus:1; disk:1000; mem:1024']);
  });

  it('lets a filter cover it like anything else: what grew by a volume passes (A-092)', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', res('cpus:1').add(V));
    cluster.giveBack(cluster.cycle()[0]!, 60_000);
    expect(cluster.offers()).toEqual([]);
    cluster.books.convertTotal('a1', [{ consumed: res('mem:1'), produced: shared('W', 'eng', 8) }]);
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>; W<1>; cpus:1']);
  });

  it('lets a filter of resources without the volume pass those with it (A-092)', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', res('cpus:2').add(V));
    const [offer] = cluster.cycle();
    cluster.launch(offer!, res('cpus:1').add(V));
    cluster.giveBack(offer!, 60_000, res('cpus:1'));
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>; cpus:1']);
  });
});

describe('what becomes of a shared volume in the books', () => {
  const of = { frameworkId: 'f1', agentId: 'a1', role: 'eng' };

  it('recovers the copy of one task only (A-093)', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', res('cpus:3').add(V), [{ role: 'eng', resources: res('cpus:2').add(shared('V', 'eng', 64, 2)) }]);
    cluster.taskEnds(of, res('cpus:1').add(V));
    expect(shortText(cluster.books.held(of).used)).toBe('V<1>; cpus:1');
    expect(shortText(cluster.books.available('a1'))).toBe('V<1>; cpus:2');
  });

  it('creates it in the offer and in the total, then destroys it in both (A-095)', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', 'cpus:1;disk(eng):100');
    const [offer] = cluster.cycle();
    expect(cluster.books.convertAllocation(of, [create('disk(eng):64', V)])).toBeUndefined();
    expect(shortText(cluster.books.total('a1'))).toBe('V<1>; cpus:1; disk(eng):36');
    cluster.giveBack(offer!, undefined, res('cpus:1;disk(eng):36').add(V));
    const [second] = cluster.cycle();
    expect(shortText(second!.resources)).toBe('V<1>; cpus:1; disk(eng):36');
    expect(cluster.books.convertAllocation(of, [destroy(V, 'disk(eng):64')])).toBeUndefined();
    cluster.giveBack(second!, undefined, res('cpus:1;disk(eng):100'));
    expect(cluster.offers()).toEqual(['a1: f1 eng cpus:1; disk(eng):100']);
  });

  it('adds the copies of further tasks to the allocation and nothing to the total (A-058, A-059, A-097)', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', res('cpus:2').add(V));
    const [offer] = cluster.cycle();
    cluster.books.convertAllocation(of, [extraCopies(V), extraCopies(V)]);
    cluster.launch(offer!, res('cpus:2').add(shared('V', 'eng', 64, 3)));
    expect(shortText(cluster.books.held(of).used)).toBe('V<3>; cpus:2');
    expect(cluster.books.held(of).offered.isEmpty).toBe(true);
    expect(shortText(cluster.books.total('a1'))).toBe('V<1>; cpus:2');
  });

  it('applies conversions in order, each to what the one before left (A-095)', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', 'cpus:1;disk(eng):100');
    cluster.cycle();
    const conversions = [create('disk(eng):64', V), extraCopies(V), destroy(shared('V', 'eng', 64, 2), 'disk(eng):64')];
    expect(cluster.books.convertAllocation(of, conversions)).toBeUndefined();
    expect(shortText(cluster.books.held(of).offered)).toBe('cpus:1; disk(eng):100');
    expect(shortText(cluster.books.total('a1'))).toBe('cpus:1; disk(eng):100');
  });

  it('offers a volume that was just created to others while its maker uses it (A-080)', () => {
    const cluster = clusterWith('f1', 'f2');
    cluster.agent('a1', 'cpus:2;disk(eng):64');
    const [offer] = cluster.cycle();
    cluster.books.convertAllocation(of, [create('disk(eng):64', V)]);
    cluster.launch(offer!, res('cpus:1').add(V));
    cluster.giveBack(offer!, 5_000, res('cpus:1'));
    expect(cluster.offers()).toEqual(['a1: f2 eng V<1>; cpus:1']);
  });

  it('drops a lost volume from the total though tasks still hold it (A-096)', () => {
    const cluster = clusterWith('f1', 'f2');
    cluster.agent('a1', res('cpus:2').add(V), [{ role: 'eng', resources: res('cpus:1').add(V) }]);
    cluster.books.convertTotal('a1', [destroy(V, 'disk(eng):64')]);
    expect(cluster.offers()).toEqual(['a1: f2 eng cpus:1; disk(eng):64']);
    cluster.taskEnds(of, res('cpus:1').add(V));
    expect(shortText(cluster.books.available('a1'))).toBe('cpus:1');
  });

  it('exchanges every copy that tasks use when it is resized, in the shares, too, and none that is offered (B-059)', () => {
    const larger = shared('V', 'eng', 128);
    const cluster = clusterWith('f1', 'f2', 'f3');
    const used = (frameworkId: string, resources: Resources) => ({ frameworkId, role: 'eng', resources });
    cluster.agent('a1', res('cpus:4;disk(eng):64').add(V), [
      used('f1', res('cpus:1').add(V).add(V)),
      used('f2', res('cpus:1').add(V)),
      { ...used('f3', V), offered: true },
    ]);
    const [from, to] = [V, larger].map((volumes) => volumes.toList()[0]!);
    cluster.books.resizeCopies('a1', { ...from!, allocationRole: 'eng' }, { ...to!, allocationRole: 'eng' });
    cluster.books.convertTotal('a1', [{ consumed: V.add(res('disk(eng):64')), produced: larger }]);
    const held = (frameworkId: string) => cluster.books.held({ frameworkId, agentId: 'a1', role: 'eng' });
    expect(held('f1').used.equals(res('cpus:1').add(larger).add(larger))).toBe(true);
    expect(held('f2').used.equals(res('cpus:1').add(larger))).toBe(true);
    expect(held('f3').offered.equals(V)).toBe(true);
    expect(cluster.books.shareOfFramework('f1', 'eng')).toBe(1);
    expect(cluster.offers()).toEqual(['a1: f3 eng V<1>; cpus:2']);

    cluster.taskEnds({ frameworkId: 'f1', agentId: 'a1', role: 'eng' }, res('cpus:1').add(larger).add(larger));
    expect(cluster.books.shareOfFramework('f1', 'eng')).toBe(0);
    cluster.books.resizeCopies('nobody', from!, to!);
  });

  it('adds to the total what comes back to an agent without anything being consumed', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', 'cpus:1');
    cluster.cycle();
    cluster.books.convertTotal('a1', [extraCopies(res('cpus:1;disk(eng):64'))]);
    expect(cluster.offers()).toEqual(['a1: f1 eng cpus:1; disk(eng):64']);
  });

  it('says when a conversion consumes what was not offered, converts the total and gives nothing', () => {
    const cluster = clusterWith('f1');
    cluster.agent('a1', 'cpus:1;disk(eng):100');
    const problem = cluster.books.convertAllocation(of, [create('disk(eng):64', V)]);
    expect(shortText(problem!.missing)).toBe('disk(eng):64');
    expect(cluster.books.held(of).offered.isEmpty).toBe(true);
    expect(shortText(cluster.books.total('a1'))).toBe('V<1>; cpus:1; disk(eng):36');
  });
});

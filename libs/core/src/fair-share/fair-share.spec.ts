import { Resources } from '@holdfast/core/resources';
import { ExampleCluster, res, shared } from './example-cluster.fixture';

describe('shares', () => {
  it('takes the largest fraction over all scalars; what is no scalar counts nothing (C-030)', () => {
    const cluster = new ExampleCluster();
    cluster.agent('a1', 'cpus:10;mem:1000;ports:[1-10]', [{ resources: res('cpus:1;mem:300;ports:[1-10]') }]);
    expect(cluster.books.shareOfFramework('f1', '*')).toBe(0.3);
    expect(cluster.books.shareOfRole('*')).toBe(0.3);
  });

  it('measures against all agents, and follows when agents come and go (C-030)', () => {
    const cluster = new ExampleCluster();
    cluster.agent('a1', 'cpus:10', [{ resources: res('cpus:5') }]);
    cluster.agent('a2', 'cpus:40');
    expect(cluster.books.shareOfFramework('f1', '*')).toBe(0.1);
    cluster.books.removeAgent('a2');
    expect(cluster.books.shareOfFramework('f1', '*')).toBe(0.5);
  });

  it('divides by the weight of the role (C-030, C-038)', () => {
    const cluster = new ExampleCluster();
    cluster.books.setRoleWeight('eng', 2);
    cluster.agent('a1', 'cpus:10', [{ role: 'eng', resources: res('cpus:4') }]);
    expect(cluster.books.shareOfRole('eng')).toBe(0.2);
    cluster.books.setRoleWeight('eng', 4);
    expect(cluster.books.shareOfRole('eng')).toBe(0.1);
    expect(cluster.books.shareOfFramework('f1', 'eng')).toBe(0.4);
  });

  it('ignores scalars of which the cluster has none (C-039)', () => {
    const cluster = new ExampleCluster();
    cluster.agent('a1', 'cpus:10', [{ resources: res('cpus:1;gpus:8') }]);
    expect(cluster.books.shareOfFramework('f1', '*')).toBe(0.1);
    cluster.agent('a1', Resources.empty, [{ resources: res('cpus:1') }]);
    expect(cluster.books.shareOfFramework('f1', '*')).toBe(0);
  });

  it('counts reserved and revocable resources once they are allocated (C-032, C-033)', () => {
    const cluster = new ExampleCluster();
    const revocable = res('cpus:2').map((resource) => ({ ...resource, revocable: true }));
    cluster.agent('a1', res('cpus(eng):2').add(revocable), [{ role: 'eng', resources: res('cpus(eng):2').add(revocable) }]);
    expect(cluster.books.shareOfRole('eng')).toBe(1);
  });

  it('counts nothing for reservations that nobody holds (C-032)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng']);
    cluster.agent('a1', 'cpus(eng):2;cpus:2');
    expect(cluster.books.shareOfRole('eng')).toBe(0);
  });
});

describe('whose turn it is', () => {
  it('serves the role with the smallest share first, then in it the framework with the smallest (C-013, C-030)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng']);
    cluster.framework('f2', ['eng']);
    cluster.framework('f3', ['ops']);
    cluster.agent('busy', 'cpus:10', [
      { frameworkId: 'f1', role: 'eng', resources: res('cpus:2') },
      { frameworkId: 'f2', role: 'eng', resources: res('cpus:1') },
      { frameworkId: 'f3', role: 'ops', resources: res('cpus:7') },
    ]);
    cluster.agent('a1', 'cpus:5');
    expect(cluster.offers()).toEqual(['a1: f2 eng cpus:5']);
    cluster.agent('a2', 'cpus:1');
    expect(cluster.offers()).toEqual(['a2: f3 ops cpus:1']);
  });

  it('gives a role of twice the weight twice as much (C-030)', () => {
    const cluster = new ExampleCluster();
    cluster.books.setRoleWeight('eng', 2);
    cluster.framework('f1', ['eng']);
    cluster.framework('f2', ['ops']);
    for (let at = 0; at < 9; at++) cluster.agent(`a${at}`, 'cpus:1');
    const roles = cluster.cycle().map(({ role }) => role);
    expect(roles.filter((role) => role === 'eng')).toHaveLength(6);
  });

  it('breaks ties by the number of offers made before, then by name (C-034, C-035)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('b');
    cluster.framework('c');
    cluster.framework('a');
    cluster.agent('a1', 'cpus:1');
    const order: string[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const [offer] = cluster.cycle();
      order.push(offer!.frameworkId);
      cluster.giveBack(offer!);
    }
    expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('lets a framework that left a role and came back start its count anew (C-035)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('a');
    cluster.framework('b');
    cluster.agent('a1', 'cpus:1');
    cluster.giveBack(cluster.cycle()[0]!);
    cluster.books.removeFramework('a');
    cluster.framework('a');
    expect(cluster.offers()).toEqual(['a1: a * cpus:1']);
  });

  it('spreads equal agents evenly over equal frameworks (C-030)', () => {
    const cluster = new ExampleCluster();
    for (let at = 0; at < 7; at++) cluster.framework(`f${at}`);
    for (let at = 0; at < 70; at++) cluster.agent(`a${at}`, 'cpus:1;mem:64');
    const counts = new Map<string, number>();
    for (const { frameworkId } of cluster.cycle()) counts.set(frameworkId, (counts.get(frameworkId) ?? 0) + 1);
    expect([...counts.values()]).toEqual([10, 10, 10, 10, 10, 10, 10]);
  });

  it('keeps what a framework holds for a role that it left in the share of that role (C-041)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng']);
    cluster.agent('a1', 'cpus:4');
    const [offer] = cluster.cycle();
    cluster.framework('f1', ['ops']);
    expect(cluster.books.shareOfRole('eng')).toBe(1);
    cluster.giveBack(offer!);
    expect(cluster.books.shareOfRole('eng')).toBe(0);
    expect(cluster.offers()).toEqual(['a1: f1 ops cpus:4']);
  });
});

describe('shared volumes in shares', () => {
  const used = (frameworkId: string, copies: number, role = 'eng') => ({ frameworkId, role, resources: shared('V', 'eng', 50, copies) });
  const books = (...holders: ReturnType<typeof used>[]) => {
    const cluster = new ExampleCluster();
    cluster.agent('a1', res('cpus:10;disk(eng):50').add(shared('V', 'eng', 50)), holders);
    return cluster;
  };

  it('charges every framework that holds a copy for the whole volume (A-100)', () => {
    const { books: b } = books(used('f1', 1), used('f2', 1));
    expect([b.shareOfFramework('f1', 'eng'), b.shareOfFramework('f2', 'eng')]).toEqual([0.5, 0.5]);
  });

  it('charges nothing more for more copies (A-101)', () => {
    expect(books(used('f1', 3)).books.shareOfFramework('f1', 'eng')).toBe(0.5);
  });

  it('ends the charge with the last copy, not before (A-102, A-093)', () => {
    const cluster = books(used('f1', 2));
    const of = { frameworkId: 'f1', agentId: 'a1', role: 'eng' };
    cluster.taskEnds(of, shared('V', 'eng', 50));
    expect(cluster.books.shareOfFramework('f1', 'eng')).toBe(0.5);
    cluster.taskEnds(of, shared('V', 'eng', 50));
    expect(cluster.books.shareOfFramework('f1', 'eng')).toBe(0);
  });

  it('makes frameworks that hold one big volume tie, by name (A-103)', () => {
    const cluster = new ExampleCluster();
    for (const id of ['c', 'a', 'b']) cluster.framework(id, ['eng']);
    cluster.agent(
      'a1',
      res('cpus:10')
        .add(shared('V', 'eng', 90))
        .add(res('disk:10')),
      [
        { ...used('a', 1), resources: shared('V', 'eng', 90).add(res('cpus:3')) },
        { ...used('b', 1), resources: shared('V', 'eng', 90).add(res('cpus:2')) },
        { ...used('c', 1), resources: shared('V', 'eng', 90).add(res('cpus:1')) },
      ],
    );
    expect(['a', 'b', 'c'].map((id) => cluster.books.shareOfFramework(id, 'eng'))).toEqual([0.9, 0.9, 0.9]);
    expect(cluster.offers()[0]).toMatch(/^a1: a eng/);
  });

  it('counts each volume of each agent once in the total (A-104)', () => {
    const cluster = books(used('f1', 2));
    cluster.agent('a2', shared('V', 'eng', 50).add(res('disk(eng):50')));
    expect(cluster.books.shareOfFramework('f1', 'eng')).toBe(0.25);
  });

  it('charges a role once for a volume that two of its frameworks hold (A-105)', () => {
    const cluster = books(used('f1', 1), used('f2', 2));
    expect(cluster.books.shareOfRole('eng')).toBe(0.5);
    cluster.taskEnds({ frameworkId: 'f1', agentId: 'a1', role: 'eng' }, shared('V', 'eng', 50));
    expect(cluster.books.shareOfRole('eng')).toBe(0.5);
    cluster.taskEnds({ frameworkId: 'f2', agentId: 'a1', role: 'eng' }, shared('V', 'eng', 50, 2));
    expect(cluster.books.shareOfRole('eng')).toBe(0);
  });

  it('takes one volume for the same whatever role it is allocated to (A-106 repaired)', () => {
    const cluster = books(used('f1', 1, 'eng/a'));
    const allocated = shared('V', 'eng', 50).allocate('eng/a');
    expect(
      cluster.books.recoverResources({ frameworkId: 'f1', agentId: 'a1', role: 'eng/a', resources: allocated, offered: false }, 0),
    ).toBe(undefined);
    expect(cluster.books.shareOfRole('eng/a')).toBe(0);
  });

  it('takes a total that came with allocation roles for what it is (A-006)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng']);
    cluster.agent(
      'a1',
      res('cpus:2')
        .add(shared('V', 'eng', 50))
        .allocate('eng'),
      [used('f1', 1)],
    );
    const [offer] = cluster.cycle();
    cluster.giveBack(offer!, undefined, res('cpus:2').add(shared('V', 'eng', 50)));
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>; cpus:2']);
  });

  it('takes equal volumes of two agents for two (A-112)', () => {
    const cluster = books(used('f1', 1));
    cluster.agent('a2', shared('V', 'eng', 50).add(res('disk(eng):50')), [used('f1', 1)]);
    expect(cluster.books.shareOfFramework('f1', 'eng')).toBe(0.5);
    cluster.books.removeAgent('a2');
    expect(cluster.books.shareOfFramework('f1', 'eng')).toBe(0.5);
  });

  it('drops the charge with the one who held it (A-107)', () => {
    const cluster = books(used('f1', 1), used('f2', 1));
    cluster.books.removeFramework('f1');
    cluster.taskEnds({ frameworkId: 'f1', agentId: 'a1', role: 'eng' }, shared('V', 'eng', 50));
    expect(cluster.books.shareOfFramework('f1', 'eng')).toBe(0);
    expect(cluster.books.shareOfRole('eng')).toBe(0.5);
  });
});

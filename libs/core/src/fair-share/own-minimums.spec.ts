import { Resources } from '@holdfast/core/resources';
import { ExampleCluster, res, shared } from './example-cluster.fixture';

const V = shared('V', 'eng', 64);

describe('a minimum that a framework sets for a role (C-059)', () => {
  it('holds instead of that of the cluster, be it more or less, for that role and that framework only', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng', 'ops'], { minAllocatable: { eng: [{ cpus: 2, mem: 64 }, { disk: 1 }] } });
    cluster.agent('few', 'cpus(eng):1.999;mem(eng):64');
    cluster.agent('many', 'cpus(eng):2;mem(eng):64');
    cluster.agent('disk', 'disk(eng):1');
    cluster.agent('disk-of-ops', 'disk(ops):1');
    cluster.agent('ops', 'cpus(ops):1');
    expect(cluster.offers()).toEqual(['disk: f1 eng disk(eng):1', 'many: f1 eng cpus(eng):2; mem(eng):64', 'ops: f1 ops cpus(ops):1']);
    cluster.framework('f2', ['eng', 'ops']);
    expect(cluster.offers()).toEqual(['few: f2 eng cpus(eng):1.999; mem(eng):64']);
  });

  it.each([[[]], [[{}]]])('lets anything through that is not empty when it asks for nothing: %j', (sets) => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng'], { minAllocatable: { eng: sets } });
    cluster.agent('a1', 'disk:1');
    cluster.agent('a2', Resources.empty);
    expect(cluster.offers()).toEqual(['a1: f1 eng disk:1']);
  });

  it('has agents looked at again whose crumbs were too little for everybody', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng']);
    cluster.agent('a1', 'disk:1');
    cluster.agent('a2', 'disk:2');
    expect(cluster.offers()).toEqual([]);
    expect(cluster.books.counts.leftovers).toBe(0);
    cluster.framework('f2', ['eng'], { minAllocatable: { eng: [] } });
    const offers = cluster.cycle();
    expect(offers.map(({ agentId }) => agentId).sort()).toEqual(['a1', 'a2']);
    for (const offer of offers) cluster.giveBack(offer, 60_000);
    expect(cluster.offers()).toEqual([]);
    cluster.framework('f3', ['eng'], { minAllocatable: { eng: [] } });
    expect(cluster.offers()).toEqual(['a1: f3 eng disk:1', 'a2: f3 eng disk:2']);
  });

  it('ends with the framework, or when it is put without', () => {
    const cluster = new ExampleCluster();
    cluster.agent('a1', 'disk:1');
    cluster.framework('f1', ['eng'], { minAllocatable: { eng: [] } });
    const [offer] = cluster.cycle();
    cluster.framework('f1', ['eng']);
    cluster.giveBack(offer!);
    expect(cluster.offers()).toEqual([]);
    cluster.framework('f2', ['eng'], { minAllocatable: { eng: [] } });
    cluster.books.removeFramework('f2');
    expect(cluster.offers()).toEqual([]);
    cluster.agent('a1', 'disk:2');
    cluster.cycle();
    expect(cluster.books.counts.leftovers).toBe(0);
  });

  it('stays while another framework has the same', () => {
    const cluster = new ExampleCluster();
    for (const id of ['f1', 'f2']) cluster.framework(id, ['eng'], { minAllocatable: { eng: [] } });
    cluster.books.removeFramework('f1');
    cluster.agent('a1', 'disk:1');
    expect(cluster.offers()).toEqual(['a1: f2 eng disk:1']);
  });

  it('is not met by a shared volume that the framework has in an outstanding offer, whatever comes with it (A-087 repaired)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng'], { minAllocatable: { eng: [{ disk: 1 }] } });
    cluster.agent('a1', res('cpus:1').add(V));
    const [offer] = cluster.cycle();
    cluster.giveBack(offer!, undefined, res('cpus:1'));
    expect(cluster.offers()).toEqual([]);
    cluster.giveBack(offer!, undefined, V);
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>; cpus:1']);
  });

  it('makes no end of offers of a shared volume alone (A-087 repaired)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng'], { minAllocatable: { eng: [{ disk: 1 }] } });
    cluster.agent('a1', res('cpus:0.001').add(V));
    expect(cluster.offers()).toEqual(['a1: f1 eng V<1>; cpus:0.001']);
    for (let period = 0; period < 3; period++) {
      cluster.period();
      expect(cluster.offers()).toEqual([]);
    }
  });
});

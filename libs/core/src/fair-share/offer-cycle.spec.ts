import { Resources } from '@holdfast/core/resources';
import { ExampleCluster, res, shortText } from './example-cluster.fixture';
import { allocateAgents } from './offer-cycle';

describe('what one offer holds', () => {
  it('gives a framework all that is left on an agent (C-011)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:4;mem:1024;disk:500;ports:[1-5]');
    expect(cluster.offers()).toEqual(['a1: f1 * cpus:4; disk:500; mem:1024; ports:1-5']);
  });

  it('leaves out what tasks use (C-011)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:4;mem:1024', [{ resources: res('cpus:1;mem:1000') }]);
    expect(cluster.offers()).toEqual(['a1: f1 * cpus:3; mem:24']);
  });

  it('makes one offer for each agent and role of a framework (C-012)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng', 'ops']);
    cluster.agent('a1', 'cpus(eng):1;cpus(ops):2');
    cluster.agent('a2', 'cpus(eng):3');
    expect(cluster.offers()).toEqual(['a1: f1 eng cpus(eng):1', 'a1: f1 ops cpus(ops):2', 'a2: f1 eng cpus(eng):3']);
  });

  it("offers a role's own reservations and what is unreserved, and nobody else's (A-089)", () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng']);
    cluster.agent('a1', 'cpus:1;cpus(eng):2;cpus(ops):4');
    expect(cluster.offers()).toEqual(['a1: f1 eng cpus(eng):2; cpus:1']);
  });

  it('offers reservations of ancestors, never of descendants (A-089)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng/web']);
    cluster.agent('a1', 'cpus(eng):1;cpus(eng/web/prod):2;mem(eng/web):64;mem(engine):128');
    expect(cluster.offers()).toEqual(['a1: f1 eng/web cpus(eng):1; mem(eng/web):64']);
  });

  it('offers nothing of an agent that is inactive or removed (C-007)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:4');
    cluster.agent('a2', 'cpus:4');
    cluster.books.setAgentActive('a1', false);
    cluster.books.removeAgent('a2');
    expect(cluster.offers()).toEqual([]);
    cluster.books.setAgentActive('a1', true);
    expect(cluster.offers()).toEqual(['a1: f1 * cpus:4']);
  });

  it('skips an agent that is removed between two parts of a cycle (C-007)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:4');
    cluster.agent('a2', 'cpus:4');
    const candidates = cluster.books.takeCandidates();
    cluster.books.removeAgent('a1');
    expect(allocateAgents(cluster.books, candidates, 0).map(({ agentId }) => agentId)).toEqual(['a2']);
  });

  it('visits agents in an order that chance gives (C-010)', () => {
    const orders = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
      const cluster = new ExampleCluster();
      cluster.framework('f1');
      for (const id of ['a1', 'a2', 'a3', 'a4', 'a5']) cluster.agent(id, 'cpus:1');
      return cluster
        .cycle(seed)
        .map(({ agentId }) => agentId)
        .join();
    });
    expect(new Set(orders).size).toBeGreaterThan(3);
    for (const order of orders) expect(order.split(',').sort()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('crashes over nothing when more is allocated than there is: available is just smaller (C-095)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:2;mem:512', [{ resources: res('cpus:3;mem:256;disk:10') }]);
    expect(cluster.offers()).toEqual(['a1: f1 * mem:256']);
    cluster.taskEnds({ frameworkId: 'f1', agentId: 'a1', role: '*' }, 'cpus:2;disk:10');
    expect(cluster.offers()).toEqual(['a1: f1 * cpus:1']);
  });

  it('offers what is left when an agent comes back with less than is allocated (C-095)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:4');
    const [offer] = cluster.cycle();
    cluster.agent('a1', 'cpus:1;mem:64', [{ resources: offer!.resources, offered: true }]);
    expect(cluster.offers()).toEqual(['a1: f1 * mem:64']);
  });
});

describe('what a framework must be able to take', () => {
  it('keeps revocable resources from frameworks that did not ask for them (C-071)', () => {
    const cluster = new ExampleCluster();
    const revocable = res('cpus:2').map((resource) => ({ ...resource, revocable: true }));
    cluster.framework('f1', ['*'], { capabilities: [] });
    cluster.agent('a1', res('cpus:1').add(revocable));
    expect(cluster.offers()).toEqual(['a1: f1 * cpus:1']);
    cluster.framework('f2', ['*'], { capabilities: ['REVOCABLE_RESOURCES'] });
    expect(cluster.offers()).toEqual(['a1: f2 * cpus:2~']);
  });

  it('keeps refined reservations from frameworks that cannot read them, and goes on to the next (C-072, C-027)', () => {
    const cluster = new ExampleCluster();
    const refined = res('cpus(eng):2').pushReservation({ type: 'dynamic', role: 'eng/web' });
    cluster.framework('f1', ['eng/web'], { capabilities: [] });
    cluster.framework('f2', ['eng/web'], { capabilities: ['RESERVATION_REFINEMENT'] });
    cluster.agent('a1', refined);
    expect(cluster.offers()).toEqual(['a1: f2 eng/web cpus(eng>eng/web):2']);
  });

  it('skips an agent with gpus for a framework without the capability (C-073)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['*'], { capabilities: [] });
    cluster.agent('a1', 'cpus:1;gpus:1');
    expect(cluster.offers()).toEqual([]);
    cluster.framework('f2', ['*'], { capabilities: ['GPU_RESOURCES'] });
    expect(cluster.offers()).toEqual(['a1: f2 * cpus:1; gpus:1']);
  });

  it('offers agents with gpus to everybody where the setting says so (C-073)', () => {
    const cluster = new ExampleCluster({ filtersGpuAgents: false });
    cluster.framework('f1', ['*'], { capabilities: [] });
    cluster.agent('a1', 'cpus:1;gpus:1');
    expect(cluster.offers()).toEqual(['a1: f1 * cpus:1; gpus:1']);
  });

  it('skips an agent of another region for a framework without the capability; one without domain is local (C-074)', () => {
    const cluster = new ExampleCluster({ region: 'eu' });
    cluster.framework('f1', ['*'], { capabilities: [] });
    cluster.agent('here', 'cpus:1', [], { domain: { region: 'eu', zone: 'a' } });
    cluster.agent('away', 'cpus:1', [], { domain: { region: 'us', zone: 'a' } });
    cluster.agent('nowhere', 'cpus:1');
    expect(cluster.offers()).toEqual(['here: f1 * cpus:1', 'nowhere: f1 * cpus:1']);
    cluster.framework('f2', ['*'], { capabilities: ['REGION_AWARE'] });
    expect(cluster.offers()).toEqual(['away: f2 * cpus:1']);
  });

  it('takes every agent for local where the master has no region (C-074)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['*'], { capabilities: [] });
    cluster.agent('away', 'cpus:1', [], { domain: { region: 'us', zone: 'a' } });
    expect(cluster.offers()).toEqual(['away: f1 * cpus:1']);
  });

  it('looks again when a framework learns to take more (C-071)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['*'], { capabilities: [] });
    cluster.agent('a1', 'cpus:1;gpus:1');
    expect(cluster.offers()).toEqual([]);
    cluster.framework('f1', ['*'], { capabilities: ['GPU_RESOURCES'] });
    expect(cluster.offers()).toEqual(['a1: f1 * cpus:1; gpus:1']);
  });

  it('offers no crumbs: cpus or memory must reach the minimum (C-059)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('crumbs', 'cpus:0.009;mem:31;disk:9999');
    cluster.agent('cpus', 'cpus:0.01');
    cluster.agent('mem', 'mem:32');
    expect(cluster.offers()).toEqual(['cpus: f1 * cpus:0.01', 'mem: f1 * mem:32']);
  });

  it('offers anything that is not empty under an empty minimum (C-059)', () => {
    const cluster = new ExampleCluster({ minimum: '' });
    cluster.framework('f1');
    cluster.agent('a1', 'disk:1');
    cluster.agent('a2', Resources.empty);
    expect(cluster.offers()).toEqual(['a1: f1 * disk:1']);
  });

  it('offers nothing to inactive frameworks, whose allocation stays (C-040)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:4;mem:100', [{ resources: res('cpus:1') }]);
    const share = cluster.books.shareOfFramework('f1', '*');
    cluster.framework('f1', ['*'], { active: false });
    expect(cluster.offers()).toEqual([]);
    expect(cluster.books.shareOfFramework('f1', '*')).toBe(share);
    expect(share).toBe(0.25);
    cluster.framework('f1');
    expect(cluster.offers()).toEqual(['a1: f1 * cpus:3; mem:100']);
  });
});

describe('when a cycle has something to do', () => {
  it('has candidates after an agent or a framework came, and none after the cycle (C-002, C-003)', () => {
    const cluster = new ExampleCluster();
    cluster.agent('a1', 'cpus:4');
    expect(cluster.books.hasCandidates).toBe(true);
    expect(cluster.offers()).toEqual([]);
    expect(cluster.books.hasCandidates).toBe(false);
    cluster.framework('f1');
    expect(cluster.books.hasCandidates).toBe(true);
    expect(cluster.offers()).toEqual(['a1: f1 * cpus:4']);
    expect(cluster.books.hasCandidates).toBe(false);
  });

  it('offers nothing twice when it runs twice (C-005)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:4');
    expect(cluster.cycle()).toHaveLength(1);
    expect(cluster.cycle()).toEqual([]);
    cluster.agent('a2', 'cpus:1');
    expect(cluster.offers()).toEqual(['a2: f1 * cpus:1']);
  });

  it('joins everything that changed into one cycle (C-005)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    for (const id of ['a1', 'a2', 'a3']) cluster.agent(id, 'cpus:4');
    cluster.agent('a2', 'cpus:2');
    expect(cluster.books.takeCandidates().map(({ id }) => id)).toEqual(['a1', 'a2', 'a3']);
  });

  it('looks again at an agent whose resources came free, at once and at no other (C-004 improved)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:4');
    cluster.agent('a2', 'cpus:4');
    const offers = cluster.cycle();
    const onA1 = offers.find(({ agentId }) => agentId === 'a1')!;
    cluster.launch(onA1, 'cpus:1');
    cluster.taskEnds(onA1, 'cpus:1');
    expect(cluster.books.takeCandidates().map(({ id }) => id)).toEqual(['a1']);
  });

  it('looks at no agent that has nothing left when a framework comes or is revived', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('full', 'cpus:4');
    cluster.agent('reserved', 'cpus:1;cpus(ops):4');
    cluster.cycle();
    cluster.framework('f2');
    expect(cluster.books.takeCandidates().map(({ id }) => id)).toEqual(['reserved']);
    cluster.books.reviveRoles('f1', []);
    expect(cluster.books.takeCandidates().map(({ id }) => id)).toEqual(['reserved']);
  });

  it('ignores what is said of agents and frameworks that are gone', () => {
    const cluster = new ExampleCluster();
    const gone = { frameworkId: 'f1', agentId: 'a1', role: '*' };
    cluster.books.removeAgent('a1');
    cluster.books.removeFramework('f1');
    cluster.books.setAgentActive('a1', true);
    cluster.books.reviveRoles('f1', []);
    cluster.books.suppressRoles('f1', []);
    cluster.books.convertTotal('a1', []);
    expect(cluster.books.convertAllocation(gone, [])).toBeUndefined();
    expect(cluster.books.useResources(gone, res('cpus:1'))).toBeUndefined();
    expect(cluster.books.recoverResources({ ...gone, resources: res('cpus:1'), offered: true }, 0)).toBeUndefined();
    expect(cluster.books.counts).toEqual({ agents: 0, frameworks: 0, candidates: 0, leftovers: 0, filters: 0 });
  });

  it('keeps resources of a removed framework until they are recovered, then forgets it', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:4', [{ resources: res('cpus:1') }]);
    cluster.books.removeFramework('f1');
    expect(shortText(cluster.books.available('a1'))).toBe('cpus:3');
    expect(cluster.books.counts.frameworks).toBe(1);
    cluster.taskEnds({ frameworkId: 'f1', agentId: 'a1', role: '*' }, 'cpus:1');
    expect(shortText(cluster.books.available('a1'))).toBe('cpus:4');
    expect(cluster.books.counts.frameworks).toBe(0);
  });

  it('says what was named but is not held, and takes what is', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:4', [{ resources: res('cpus:1') }]);
    const of = { frameworkId: 'f1', agentId: 'a1', role: '*' };
    const problem = cluster.books.recoverResources({ ...of, resources: res('cpus:3;mem:5'), offered: false }, 0);
    expect(problem).toMatchObject(of);
    expect(shortText(problem!.missing)).toBe('cpus:2; mem:5');
    expect(shortText(cluster.books.available('a1'))).toBe('cpus:4');
    cluster.agent('a2', 'cpus:4', [{ resources: res('cpus:2') }]);
    expect(cluster.books.shareOfFramework('f1', '*')).toBe(0.25);
  });

  it('forgets who held something of an agent that came back without it', () => {
    const cluster = new ExampleCluster();
    cluster.agent('a1', 'cpus:4', [{ resources: res('cpus:1') }]);
    expect(cluster.books.counts.frameworks).toBe(1);
    cluster.agent('a1', 'cpus:4');
    expect(cluster.books.counts.frameworks).toBe(0);
  });

  it('remembers nobody for a conversion that comes to nothing', () => {
    const cluster = new ExampleCluster();
    cluster.agent('a1', 'cpus:4');
    cluster.books.convertAllocation({ frameworkId: 'f1', agentId: 'a1', role: '*' }, []);
    expect(cluster.books.counts.frameworks).toBe(0);
  });

  it('asks for no cycle over an agent that is inactive', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    cluster.agent('a1', 'cpus:4');
    const [offer] = cluster.cycle();
    cluster.books.setAgentActive('a1', false);
    cluster.giveBack(offer!);
    expect(cluster.books.hasCandidates).toBe(false);
    cluster.books.setAgentActive('a1', true);
    expect(cluster.offers()).toEqual(['a1: f1 * cpus:4']);
  });
});

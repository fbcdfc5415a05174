import { ExampleCluster, res } from './example-cluster.fixture';
import type { AgentTraits } from './offer-constraints';

function oneOffer(...frameworks: string[]) {
  const cluster = new ExampleCluster();
  for (const id of frameworks) cluster.framework(id);
  cluster.agent('a1', 'cpus:4;mem:1024');
  const [offer] = cluster.cycle();
  return { cluster, offer: offer! };
}
const WHOLE = 'cpus:4; mem:1024';

describe('declining', () => {
  it('keeps what was declined from the framework until the time is over (C-050, C-052)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 5000);
    expect(cluster.offers()).toEqual([]);
    cluster.period(4999);
    expect(cluster.offers()).toEqual([]);
    cluster.period(1);
    expect(cluster.offers()).toEqual([`a1: f1 * ${WHOLE}`]);
  });

  it('offers it to another framework at once (C-052)', () => {
    const { cluster, offer } = oneOffer('f1', 'f2');
    cluster.giveBack(offer, 5000);
    expect(cluster.offers()).toEqual([`a1: f2 * ${WHOLE}`]);
  });

  it('offers what one declined of its role to the next of that role, and to nobody else (B-031)', () => {
    const cluster = new ExampleCluster();
    for (const id of ['f1', 'f2']) cluster.framework(id, ['eng']);
    cluster.framework('f3', ['ops']);
    cluster.agent('a1', 'cpus(eng):4;mem(eng):1024');
    const [offer] = cluster.cycle();
    expect(offer?.frameworkId).toBe('f1');
    cluster.giveBack(offer!, 5000);
    expect(cluster.cycle().map(({ frameworkId }) => frameworkId)).toEqual(['f2']);
  });

  it('offers of reserved resources what no task uses, so that nobody can unreserve the rest (B-044)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng']);
    cluster.agent('a1', 'cpus(eng):4;mem(eng):1024', [{ role: 'eng', resources: res('cpus(eng):3;mem(eng):512') }]);
    expect(cluster.cycle().map(({ resources }) => resources.toString())).toEqual([res('cpus(eng):1;mem(eng):512').toString()]);
  });

  it('filters for this framework, this role and this agent only (C-052)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng', 'ops']);
    cluster.agent('a1', 'cpus:4');
    cluster.giveBack(cluster.cycle()[0]!, 60_000);
    cluster.giveBack(cluster.cycle()[0]!, 60_000);
    expect(cluster.offers()).toEqual([]);
    cluster.agent('a2', 'cpus:4');
    expect(cluster.offers()).toEqual(['a2: f1 eng cpus:4']);
    cluster.framework('f2', ['eng']);
    expect(cluster.offers()).toEqual(['a1: f2 eng cpus:4']);
  });

  it('lets through more than was refused, or something else, and holds back less (C-052, A-092)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 60_000);
    cluster.agent('a1', 'cpus:3;mem:1024');
    expect(cluster.offers()).toEqual([]);
    cluster.agent('a1', 'cpus:3;mem:1025');
    expect(cluster.offers()).toEqual(['a1: f1 * cpus:3; mem:1025']);
  });

  it('holds every refusal against the framework, not only the last (C-052)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 60_000);
    cluster.agent('a1', 'cpus:4;mem:64;disk:10');
    cluster.giveBack(cluster.cycle()[0]!, 60_000);
    cluster.agent('a1', 'cpus:4;mem:1024');
    expect(cluster.offers()).toEqual([]);
    expect(cluster.books.counts.filters).toBe(2);
  });

  it('keeps one filter where a later one says at least as much for as long', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 10_000);
    cluster.agent('a1', 'cpus:4;mem:2048');
    cluster.giveBack(cluster.cycle()[0]!, 60_000);
    expect(cluster.books.counts.filters).toBe(1);
    cluster.agent('a1', 'cpus:5;mem:2048');
    cluster.giveBack(cluster.cycle()[0]!, 1000);
    expect(cluster.books.counts.filters).toBe(2);
  });

  it('lets a filter live one allocation interval at least, so that it outlives the next period (C-051)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 1);
    cluster.period(999);
    expect(cluster.offers()).toEqual([]);
    cluster.period(1);
    expect(cluster.offers()).toHaveLength(1);
  });

  it('cuts a refusal to a year (C-050)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, Number.MAX_SAFE_INTEGER);
    cluster.period(365 * 24 * 3600 * 1000 - 1);
    expect(cluster.offers()).toEqual([]);
    cluster.period(1);
    expect(cluster.offers()).toHaveLength(1);
  });

  it('heeds the end of a filter to the millisecond where the agent is looked at anyway (C-051)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 5000);
    cluster.nowMs += 4999;
    expect(cluster.offers()).toEqual([]);
    cluster.nowMs += 1;
    cluster.agent('a1', 'cpus:4;mem:1024');
    expect(cluster.offers()).toEqual([`a1: f1 * ${WHOLE}`]);
  });

  it('makes the agent a candidate when its filter ends, and no other agent', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1');
    for (const id of ['a1', 'a2', 'a3']) cluster.agent(id, 'cpus:4');
    const refuseMs: Record<string, number> = { a1: 2000, a2: 3000, a3: 2500 };
    for (const offer of cluster.cycle()) cluster.giveBack(offer, refuseMs[offer.agentId]);
    cluster.cycle();
    cluster.period(2400);
    expect(cluster.books.takeCandidates().map(({ id }) => id)).toEqual(['a1']);
    cluster.period(700);
    expect(cluster.books.takeCandidates().map(({ id }) => id)).toEqual(['a3', 'a2']);
    cluster.period(60_000);
    expect(cluster.books.hasCandidates).toBe(false);
  });

  it('makes no candidate of an agent whose resources somebody took meanwhile', () => {
    const { cluster, offer } = oneOffer('f1', 'f2');
    cluster.giveBack(offer, 5000);
    expect(cluster.offers()).toEqual([`a1: f2 * ${WHOLE}`]);
    cluster.period(5000);
    expect(cluster.books.hasCandidates).toBe(false);
    expect(cluster.books.counts.filters).toBe(0);
  });

  it('sets no filter with 0, but waits for the next period with this framework and agent', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 0);
    expect(cluster.books.counts.filters).toBe(0);
    expect(cluster.offers()).toEqual([]);
    cluster.agent('a2', 'cpus:1');
    expect(cluster.offers()).toEqual(['a2: f1 * cpus:1']);
    cluster.period();
    expect(cluster.offers()).toEqual([`a1: f1 * ${WHOLE}`]);
  });

  it('lets another framework have at once what was declined with 0', () => {
    const { cluster, offer } = oneOffer('f1', 'f2');
    cluster.giveBack(offer, 0);
    expect(cluster.offers()).toEqual([`a1: f2 * ${WHOLE}`]);
    cluster.period();
    expect(cluster.books.hasCandidates).toBe(false);
  });

  it('offers anew at once what was taken back without being declined', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer);
    expect(cluster.offers()).toEqual([`a1: f1 * ${WHOLE}`]);
  });

  it('drops the filters of an agent with the agent (C-058)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 60_000);
    cluster.books.removeAgent('a1');
    expect(cluster.books.counts.filters).toBe(0);
    cluster.agent('a1', 'cpus:4;mem:1024');
    expect(cluster.offers()).toEqual([`a1: f1 * ${WHOLE}`]);
  });

  it('keeps the filters of an agent that is only put anew (C-058)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 60_000);
    cluster.agent('a1', 'cpus:4;mem:1024');
    expect(cluster.offers()).toEqual([]);
  });

  it.each<[string, Partial<AgentTraits>]>([
    ['an attribute', { attributes: [{ name: 'rack', value: { kind: 'text', text: 'r2' } }] }],
    ['its hostname', { hostname: 'moved.example' }],
    ['its domain', { domain: { region: 'eu', zone: 'a' } }],
  ])(
    'drops the filters of an agent that comes back with %s changed, for all frameworks, and of no other agent (C-058)',
    (_what, changed) => {
      const { cluster, offer } = oneOffer('f1');
      cluster.framework('f2');
      cluster.agent('a2', 'cpus:1');
      for (const each of [offer, ...cluster.cycle()]) cluster.giveBack(each, 60_000);
      for (const each of cluster.cycle()) cluster.giveBack(each, 60_000);
      expect(cluster.offers()).toEqual([]);
      expect(cluster.books.counts.filters).toBe(4);
      cluster.agent('a1', 'cpus:4;mem:1024', [], changed);
      expect(cluster.books.counts.filters).toBe(2);
      expect(cluster.offers()).toEqual([expect.stringContaining('a1: ')]);
    },
  );

  it('drops the filters of a framework that is deactivated (C-057)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 60_000);
    cluster.framework('f1', ['*'], { active: false });
    expect(cluster.books.counts.filters).toBe(0);
    cluster.framework('f1');
    expect(cluster.offers()).toEqual([`a1: f1 * ${WHOLE}`]);
  });

  it('drops the filters of a framework that is removed', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 60_000);
    cluster.books.removeFramework('f1');
    expect(cluster.books.counts).toMatchObject({ filters: 0, frameworks: 0 });
  });
});

describe('reviving and suppressing', () => {
  it('clears filters and offers anew (C-053)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 60_000);
    expect(cluster.offers()).toEqual([]);
    cluster.books.reviveRoles('f1', []);
    expect(cluster.offers()).toEqual([`a1: f1 * ${WHOLE}`]);
  });

  it('clears the filters of the named roles only (C-053)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng', 'ops']);
    cluster.agent('a1', 'cpus(eng):1;cpus(ops):2');
    for (const offer of cluster.cycle()) cluster.giveBack(offer, 60_000);
    cluster.books.reviveRoles('f1', ['ops']);
    expect(cluster.offers()).toEqual(['a1: f1 ops cpus(ops):2']);
  });

  it('ends the wait that declining with 0 set (C-053)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 0);
    expect(cluster.offers()).toEqual([]);
    cluster.books.reviveRoles('f1', []);
    expect(cluster.offers()).toEqual([`a1: f1 * ${WHOLE}`]);
  });

  it('makes no more offers for suppressed roles, and does for the others (C-054)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng', 'ops']);
    cluster.books.suppressRoles('f1', ['eng']);
    cluster.agent('a1', 'cpus(eng):1;cpus(ops):2');
    expect(cluster.offers()).toEqual(['a1: f1 ops cpus(ops):2']);
    cluster.books.reviveRoles('f1', ['eng']);
    expect(cluster.offers()).toEqual(['a1: f1 eng cpus(eng):1']);
  });

  it('suppresses all roles when none are named, and revives them likewise (C-053, C-054)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng', 'ops']);
    cluster.books.suppressRoles('f1', []);
    cluster.agent('a1', 'cpus(eng):1;cpus(ops):2');
    expect(cluster.offers()).toEqual([]);
    cluster.books.reviveRoles('f1', []);
    expect(cluster.offers()).toHaveLength(2);
  });

  it('leaves outstanding offers of a suppressed role alone (C-054)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.books.suppressRoles('f1', []);
    const { frameworkId, agentId, role } = offer;
    expect(cluster.books.held({ frameworkId, agentId, role }).offered.equals(res('cpus:4;mem:1024'))).toBe(true);
  });

  it('keeps the share of who is suppressed (C-040)', () => {
    const { cluster } = oneOffer('f1');
    cluster.books.suppressRoles('f1', []);
    expect(cluster.books.shareOfFramework('f1', '*')).toBe(1);
    expect(cluster.books.shareOfRole('*')).toBe(1);
  });

  it('takes the suppressed roles that a framework subscribes with, and clears the filters of those that leave the set (C-056)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng']);
    cluster.agent('a1', 'cpus:1');
    cluster.giveBack(cluster.cycle()[0]!, 60_000);
    cluster.books.suppressRoles('f1', ['eng']);
    expect(cluster.offers()).toEqual([]);
    cluster.framework('f1', ['eng'], { suppressedRoles: [] });
    expect(cluster.offers()).toEqual(['a1: f1 eng cpus:1']);
  });

  it('keeps filters when a framework is put again with nothing changed', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 60_000);
    cluster.framework('f1');
    expect(cluster.books.counts.filters).toBe(1);
    expect(cluster.offers()).toEqual([]);
  });

  it('leaves suppressed roles suppressed over a reconnect that says so (C-057)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng'], { suppressedRoles: ['eng'], active: false });
    cluster.framework('f1', ['eng'], { suppressedRoles: ['eng'] });
    cluster.agent('a1', 'cpus:1');
    expect(cluster.offers()).toEqual([]);
  });

  it('drops the filters of a role that the framework leaves (C-056)', () => {
    const { cluster, offer } = oneOffer('f1');
    cluster.giveBack(offer, 60_000);
    cluster.framework('f1', ['eng']);
    expect(cluster.books.counts.filters).toBe(0);
    expect(cluster.offers()).toEqual([`a1: f1 eng ${WHOLE}`]);
  });
});

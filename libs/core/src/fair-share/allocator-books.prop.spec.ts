import type { AttributeConstraint, Capability, MinAllocatable, OfferConstraints } from '@holdfast/core/offers';
import { resourceIdentity, Resources } from '@holdfast/core/resources';
import fc from 'fast-check';
import { AllocatorBooks } from './allocator-books';
import { DumbAllocator } from './dumb-allocator.fixture';
import { compileRegex, offerText, res, seeded, shared, shortText, volume } from './example-cluster.fixture';
import { parseMinimumAllocatable } from './minimum-allocatable';
import type { AgentTraits } from './offer-constraints';
import { allocateAgents, inRandomOrder, runCycle } from './offer-cycle';

const AGENTS = ['a1', 'a2', 'a3'];
const FRAMEWORKS = ['f1', 'f2', 'f3', 'f4'];
const ROLES = ['eng', 'eng/web', 'ops'];
const V = shared('V', 'eng', 30);
/** V after it was resized. */
const LARGER_V = shared('V', 'eng', 45);
const W = shared('W', 'ops', 20);
const OWN = Resources.of([volume('own', 'eng', 10, false)]);
const REFINED = res('cpus(eng):1').pushReservation({ type: 'dynamic', role: 'eng/web' });
const REVOCABLE = res('cpus:1').map((resource) => ({ ...resource, revocable: true }));
const TOTALS = [
  res('cpus:4;mem:256;disk(eng):100'),
  res('cpus:2;mem:128;disk(eng):70').add(V).add(OWN),
  res('cpus:1;cpus(eng):2;cpus(ops):1;mem(ops):64').add(V).add(W),
  res('cpus:1;ports:[1-9]').add(REFINED).add(REVOCABLE).add(W),
  res('cpus:1;gpus:1;mem:64').add(V),
  res('cpus:1').add(REFINED).add(V).add(W),
  V,
  Resources.empty,
];
const CAPABILITIES: Capability[][] = [
  [],
  ['SHARED_RESOURCES'],
  ['SHARED_RESOURCES', 'REGION_AWARE'],
  ['SHARED_RESOURCES', 'RESERVATION_REFINEMENT', 'REVOCABLE_RESOURCES', 'GPU_RESOURCES'],
];
const REGION = 'home';
const TRAITS: Omit<AgentTraits, 'hostname'>[] = [
  { attributes: [] },
  { attributes: [{ name: 'rack', value: { kind: 'text', text: 'r1' } }], domain: { region: REGION, zone: 'z1' } },
  { attributes: [{ name: 'rack', value: { kind: 'text', text: 'r2' } }], domain: { region: 'away', zone: 'z1' } },
  { attributes: [{ name: 'rack', value: { kind: 'scalar', milli: 1000 } }], domain: { region: REGION, zone: 'z2' } },
];
const rack = (predicate: AttributeConstraint['predicate']): AttributeConstraint => ({
  selector: { kind: 'attribute', name: 'rack' },
  predicate,
});
const CONSTRAINTS: (OfferConstraints | undefined)[] = [
  undefined,
  { eng: [[rack({ kind: 'text_equals', value: 'r1' })]] },
  { eng: [[rack({ kind: 'not_exists' })], [rack({ kind: 'text_matches', regex: 'r[2-9]' })]], ops: [[rack({ kind: 'exists' })]] },
  {
    'eng/web': [
      [
        { selector: { kind: 'hostname' }, predicate: { kind: 'text_not_matches', regex: 'a1.*' } },
        { selector: { kind: 'zone' }, predicate: { kind: 'text_not_equals', value: 'z2' } },
      ],
      [{ selector: { kind: 'region' }, predicate: { kind: 'text_equals', value: 'away' } }],
    ],
  },
];
const OWN_MINIMUMS: (MinAllocatable | undefined)[] = [
  undefined,
  undefined,
  { eng: [] },
  { eng: [{ cpus: 2 }], ops: [{ disk: 1, mem: 0 }] },
];
const MINIMUMS: Record<'cpus:0.01|mem:32' | 'disk:1' | '', Record<string, number>[]> = {
  'cpus:0.01|mem:32': [{ cpus: 0.01 }, { mem: 32 }],
  'disk:1': [{ disk: 1 }],
  '': [],
};

/** What part of something held a step is about: thousandths of each quantity, some of the copies. */
const PARTS = ['whole', 'half', 'shared', 'nonShared'] as const;
type Part = (typeof PARTS)[number];

const agentId = fc.constantFrom(...AGENTS);
const frameworkId = fc.constantFrom(...FRAMEWORKS);
const roles = fc.subarray(ROLES, { minLength: 1 });
const pick = fc.nat(1000);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put_agent' as const),
      agentId,
      total: fc.constantFrom(...TOTALS),
      traits: fc.constantFrom(...TRAITS),
      keeps: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('remove_agent' as const), agentId }),
  fc.record({ kind: fc.constant('set_active' as const), agentId, active: fc.boolean() }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put_framework' as const),
      frameworkId,
      roles,
      suppressed: fc.subarray(ROLES, { maxLength: 1 }),
      capabilities: fc.constantFrom(...CAPABILITIES),
      offerConstraints: fc.constantFrom(...CONSTRAINTS),
      minAllocatable: fc.constantFrom(...OWN_MINIMUMS),
      active: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('remove_framework' as const), frameworkId }),
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('recover' as const),
      pick,
      part: fc.constantFrom<Part>(...PARTS),
      refuseMs: fc.constantFrom(undefined, undefined, 0, 1, 3000, 60_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('use' as const), pick, part: fc.constantFrom<Part>(...PARTS) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('convert' as const), pick, which: fc.constantFrom('create', 'destroy', 'copy') }) },
  fc.record({ kind: fc.constantFrom('lose' as const, 'resize' as const), agentId }),
  fc.record({ kind: fc.constantFrom('revive' as const, 'suppress' as const), frameworkId, roles: fc.subarray(ROLES) }),
  fc.record({ kind: fc.constant('weigh' as const), role: fc.constantFrom(...ROLES), weight: fc.constantFrom(0.5, 1, 3) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('period' as const), ms: fc.constantFrom(1000, 1000, 5000) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('cycle' as const), seed: fc.integer({ min: 1, max: 1000 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function partOf(resources: Resources, part: Part): Resources {
  if (part === 'whole') return resources;
  if (part === 'shared') return resources.shared();
  if (part === 'nonShared') return resources.nonShared();
  const halves = resources.nonShared().filter(({ disk }) => !disk);
  return halves.map((r) => (r.value.kind === 'scalar' ? { ...r, value: { kind: 'scalar', milli: Math.ceil(r.value.milli / 2) } } : r));
}

/** The real books and the dumb ones, side by side. */
class Pair {
  nowMs = 0;
  readonly books: AllocatorBooks;
  readonly dumb: DumbAllocator;

  constructor(minimum: keyof typeof MINIMUMS) {
    const parsed = parseMinimumAllocatable(minimum);
    if (!parsed.ok) throw new Error(parsed.refusal.message);
    this.books = new AllocatorBooks({ intervalMs: 1000, minimum: parsed.value, filtersGpuAgents: true, region: REGION, compileRegex });
    this.dumb = new DumbAllocator(MINIMUMS[minimum], REGION);
  }

  apply(each: Step): void {
    const { books, dumb } = this;
    switch (each.kind) {
      case 'put_agent': {
        const used = dumb.held.filter((held) => held.agentId === each.agentId && (each.keeps || !held.offered));
        dumb.held = dumb.held.filter((held) => held.agentId !== each.agentId || used.includes(held));
        const traits = { hostname: `${each.agentId}.example`, ...each.traits };
        const before = dumb.agents.get(each.agentId)?.traits;
        if (JSON.stringify(before) !== JSON.stringify(traits)) dumb.filters = dumb.filters.filter((f) => f.agentId !== each.agentId);
        dumb.agents.set(each.agentId, { total: each.total, active: true, traits });
        books.putAgent({ agentId: each.agentId, total: each.total, used, active: true, ...traits });
        break;
      }
      case 'remove_agent':
        books.removeAgent(each.agentId);
        dumb.agents.delete(each.agentId);
        dumb.held = dumb.held.filter((held) => held.agentId !== each.agentId);
        dumb.filters = dumb.filters.filter((filter) => filter.agentId !== each.agentId);
        dumb.pauses = dumb.pauses.filter((pause) => pause.agentId !== each.agentId);
        break;
      case 'set_active': {
        books.setAgentActive(each.agentId, each.active);
        const agent = dumb.agents.get(each.agentId);
        if (agent) agent.active = each.active;
        break;
      }
      case 'put_framework': {
        const { frameworkId: id, active, offerConstraints, minAllocatable } = each;
        const wishes = { offerConstraints, minAllocatable };
        const capabilities = new Set(each.capabilities);
        const before = ROLES.filter((role) => dumb.wants(id, role));
        books.putFramework({ frameworkId: id, roles: each.roles, suppressedRoles: each.suppressed, capabilities, active, ...wishes });
        dumb.frameworks.set(id, { roles: each.roles, suppressed: [...each.suppressed], capabilities, active, ...wishes });
        dumb.filters = dumb.filters.filter((f) => f.frameworkId !== id || (before.includes(f.role) && dumb.wants(id, f.role)));
        if (!active) dumb.pauses = dumb.pauses.filter((pause) => pause.frameworkId !== id);
        break;
      }
      case 'remove_framework':
        books.removeFramework(each.frameworkId);
        dumb.frameworks.delete(each.frameworkId);
        dumb.filters = dumb.filters.filter((f) => f.frameworkId !== each.frameworkId);
        dumb.pauses = dumb.pauses.filter((pause) => pause.frameworkId !== each.frameworkId);
        break;
      case 'recover': {
        const held = dumb.held[each.pick % Math.max(1, dumb.held.length)];
        if (!held) break;
        const resources = partOf(held.resources, each.part);
        const { refuseMs } = each;
        const { frameworkId: id, role, agentId: on } = held;
        dumb.take({ ...held, resources });
        if (dumb.wants(id, role) && refuseMs === 0) dumb.pauses.push({ frameworkId: id, agentId: on });
        if (dumb.wants(id, role) && refuseMs && !resources.isEmpty) {
          dumb.filters.push({ frameworkId: id, role, agentId: on, refused: resources, untilMs: this.nowMs + Math.max(refuseMs, 1000) });
        }
        expect(books.recoverResources({ ...held, resources, ...(refuseMs === undefined ? {} : { refuseMs }) }, this.nowMs)).toBeUndefined();
        break;
      }
      case 'use': {
        const offers = dumb.held.filter(({ offered }) => offered);
        const held = offers[each.pick % Math.max(1, offers.length)];
        if (!held) break;
        const resources = partOf(held.resources, each.part);
        dumb.take({ ...held, resources });
        dumb.give({ ...held, resources, offered: false });
        expect(books.useResources(held, resources)).toBeUndefined();
        break;
      }
      case 'convert': {
        const offers = dumb.held.filter(({ offered }) => offered);
        const held = offers[each.pick % Math.max(1, offers.length)];
        const agent = held && dumb.agents.get(held.agentId);
        if (!held || !agent) break;
        const disk = res('disk(eng):30');
        const conversion = {
          create: { consumed: disk, produced: V },
          destroy: { consumed: V, produced: disk },
          copy: { consumed: Resources.empty, produced: V },
        }[each.which]!;
        const isInUse = agent.total.contains(V);
        if (each.which === 'create' ? isInUse || !held.resources.contains(disk) : held.resources.count(V.toList()[0]!) !== 1) break;
        if (each.which === 'destroy' && dumb.held.filter((h) => h.agentId === held.agentId && h.resources.contains(V)).length > 1) break;
        dumb.take({ ...held, resources: conversion.consumed });
        dumb.give({ ...held, resources: conversion.produced });
        if (!conversion.consumed.isEmpty) agent.total = agent.total.subtract(conversion.consumed).add(conversion.produced);
        expect(books.convertAllocation(held, [conversion])).toBeUndefined();
        break;
      }
      case 'lose': {
        const agent = dumb.agents.get(each.agentId);
        const lost = { consumed: V, produced: res('disk(eng):30') };
        if (!agent?.total.contains(V)) break;
        agent.total = agent.total.subtract(lost.consumed).add(lost.produced);
        books.convertTotal(each.agentId, [lost]);
        break;
      }
      case 'resize': {
        const agent = dumb.agents.get(each.agentId);
        const isOffered = dumb.held.some(
          ({ agentId: on, offered, resources }) => on === each.agentId && offered && !resources.shared().isEmpty,
        );
        if (!agent || isOffered) break;
        const [from, to] = agent.total.contains(V) ? [V, LARGER_V] : [LARGER_V, V];
        const [one, other] = [from.toList()[0]!, to.toList()[0]!];
        if (!agent.total.contains(from)) break;
        agent.total = agent.total.subtract(from).add(to);
        for (const held of dumb.held.filter(({ agentId: on }) => on === each.agentId)) {
          held.resources = held.resources.map((resource) => (resourceIdentity(resource) === resourceIdentity(one) ? other : resource));
        }
        books.resizeCopies(each.agentId, one, other);
        books.convertTotal(each.agentId, [{ consumed: from, produced: to }]);
        break;
      }
      case 'revive': {
        books.reviveRoles(each.frameworkId, each.roles);
        const framework = dumb.frameworks.get(each.frameworkId);
        if (!framework) break;
        const named = framework.roles.filter((role) => each.roles.length === 0 || each.roles.includes(role));
        framework.suppressed = framework.suppressed.filter((role) => !named.includes(role));
        dumb.filters = dumb.filters.filter((f) => f.frameworkId !== each.frameworkId || !named.includes(f.role));
        dumb.pauses = dumb.pauses.filter((pause) => pause.frameworkId !== each.frameworkId);
        break;
      }
      case 'suppress': {
        books.suppressRoles(each.frameworkId, each.roles);
        const framework = dumb.frameworks.get(each.frameworkId);
        framework?.suppressed.push(...framework.roles.filter((role) => each.roles.length === 0 || each.roles.includes(role)));
        break;
      }
      case 'weigh':
        books.setRoleWeight(each.role, each.weight);
        dumb.weights[each.role] = each.weight;
        break;
      case 'period':
        this.nowMs += each.ms;
        books.beginPeriod(this.nowMs);
        dumb.pauses = [];
        dumb.owed.clear();
        break;
      case 'cycle':
        this.cycle(each.seed);
        break;
    }
    dumb.forgetCounts();
  }

  /** The dumb one visits the candidates in the same order, then all other agents, which must come to nothing. */
  private cycle(seed: number): void {
    const candidates = inRandomOrder(this.books.takeCandidates(), seeded(seed));
    const first = candidates.map(({ id }) => id);
    const others = AGENTS.filter((id) => !first.includes(id) && !this.dumb.owed.has(id));
    const real = allocateAgents(this.books, candidates, this.nowMs);
    expect(real.map(offerText)).toEqual(this.dumb.cycle([...first, ...others], this.nowMs).map(offerText));
    const volumes = real.flatMap(({ agentId: on, resources }) => [...resources.shared().entries()].map((e) => ({ on, ...e })));
    const names = volumes.map(({ on, resource }) => `${on} ${resource.disk!.persistence!.id}`);
    expect(new Set(names).size).toBe(names.length);
    expect(volumes.every(({ copies }) => copies === 1)).toBe(true);
    expect(this.books.hasCandidates).toBe(false);
    expect(runCycle(this.books, seeded(seed), this.nowMs)).toEqual([]);
  }

  check(): void {
    const { books, dumb } = this;
    for (const [id, { total }] of dumb.agents) {
      expect(shortText(books.total(id))).toBe(shortText(total));
      const available = books.available(id);
      expect(shortText(available)).toBe(shortText(dumb.available(id)));
      const allocated = Resources.sum(dumb.held.filter((held) => held.agentId === id).map(({ resources }) => resources.nonShared()));
      if (total.contains(allocated)) expect(available.nonShared().add(allocated).equals(total.nonShared())).toBe(true);
      expect(available.shared().equals(total.shared())).toBe(true);
    }
    for (const held of dumb.held) {
      expect(shortText(books.held(held)[held.offered ? 'offered' : 'used'])).toBe(shortText(held.resources));
    }
    for (const role of ROLES) {
      expect(books.shareOfRole(role)).toBe(dumb.shareOfRole(role));
      for (const id of FRAMEWORKS) expect(books.shareOfFramework(id, role)).toBe(dumb.shareOfFramework(id, role));
    }
  }

  /** Gives everything back and takes everybody away. */
  end(): void {
    for (const held of [...this.dumb.held]) this.books.recoverResources(held, this.nowMs);
    for (const id of FRAMEWORKS) this.books.removeFramework(id);
    for (const id of AGENTS) this.books.removeAgent(id);
    expect(this.books.counts).toEqual({ agents: 0, frameworks: 0, candidates: 0, leftovers: 0, filters: 0 });
    expect(this.books.waitingRoles.size).toBe(0);
    for (const role of ROLES) expect(this.books.shareOfRole(role)).toBe(0);
  }
}

describe('the books and their cycle, against a deliberately dumb allocator', () => {
  it.each(Object.keys(MINIMUMS) as (keyof typeof MINIMUMS)[])(
    'offer the same, hold the same, and visit no agent in vain or too few; minimum "%s" (A-082 to A-105, C-011 to C-095)',
    (minimum) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
          const pair = new Pair(minimum);
          for (const each of steps) {
            pair.apply(each);
            pair.check();
          }
          pair.end();
        }),
        { numRuns: 400 },
      );
    },
    120_000,
  );
});

describe('the order in which the books are filled', () => {
  it('does not change the accounting, nor who is offered what (C-043)', () => {
    const holding = fc.record({
      frameworkId,
      role: fc.constantFrom(...ROLES),
      resources: fc.constantFrom(res('cpus:1'), res('mem:32'), V),
      offered: fc.boolean(),
    });
    const entries = fc.record({
      agents: fc.array(fc.record({ total: fc.constantFrom(...TOTALS), used: fc.array(holding, { maxLength: 3 }) }), {
        minLength: 1,
        maxLength: 4,
      }),
      frameworks: fc.array(roles, { minLength: 1, maxLength: 4 }),
      seed: fc.integer({ min: 1, max: 1_000_000 }),
    });
    fc.assert(
      fc.property(entries, ({ agents, frameworks, seed }) => {
        const fill = (order: (list: (() => void)[]) => (() => void)[]) => {
          const { books } = new Pair('cpus:0.01|mem:32');
          const acts = [
            ...agents.map(
              ({ total, used }, at) =>
                () =>
                  books.putAgent({ agentId: `a${at}`, total, used, active: true, hostname: `a${at}.example`, attributes: [] }),
            ),
            ...frameworks.map((of, at) => () => {
              const capabilities = new Set(CAPABILITIES[1]);
              books.putFramework({ frameworkId: `f${at + 1}`, roles: of, suppressedRoles: [], capabilities, active: true });
            }),
          ];
          for (const act of order(acts)) act();
          const shares = ROLES.map((role) => [books.shareOfRole(role), ...FRAMEWORKS.map((id) => books.shareOfFramework(id, role))]);
          const candidates = books.takeCandidates().sort((a, b) => (a.id < b.id ? -1 : 1));
          return { shares, offers: allocateAgents(books, candidates, 0).map(offerText) };
        };
        expect(fill((acts) => inRandomOrder(acts, seeded(seed)))).toEqual(fill((acts) => acts));
      }),
      { numRuns: 200 },
    );
  });
});

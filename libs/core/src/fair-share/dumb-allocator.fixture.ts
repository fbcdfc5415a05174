import type { AgentId, FrameworkId, Role } from '@holdfast/core/base';
import type { AttributeConstraint, Capability, MinAllocatable, OfferConstraints } from '@holdfast/core/offers';
import { isAllocatableTo, type Resource, type Resources } from '@holdfast/core/resources';
import type { AgentTraits } from './offer-constraints';
import type { Allocation } from './offer-cycle';

interface DumbFramework {
  roles: Role[];
  suppressed: Role[];
  capabilities: Set<Capability>;
  active: boolean;
  offerConstraints: OfferConstraints | undefined;
  minAllocatable: MinAllocatable | undefined;
}

type Minimum = readonly Readonly<Record<string, number>>[];

export interface DumbHeld {
  frameworkId: FrameworkId;
  role: Role;
  agentId: AgentId;
  offered: boolean;
  resources: Resources;
}

/**
 * The rules of the allocator written down as plainly as can be: lists, everything worked out anew for every question, every agent
 * visited in every cycle. Far too slow to use; good to compare with.
 */
export class DumbAllocator {
  agents = new Map<AgentId, { total: Resources; active: boolean; traits: AgentTraits }>();
  frameworks = new Map<FrameworkId, DumbFramework>();
  held: DumbHeld[] = [];
  filters: { frameworkId: FrameworkId; role: Role; agentId: AgentId; refused: Resources; untilMs: number }[] = [];
  pauses: { frameworkId: FrameworkId; agentId: AgentId }[] = [];
  offersMade: { frameworkId: FrameworkId; role: Role }[] = [];
  weights: Record<Role, number> = {};
  /** Where somebody was given a shared volume, so that others may have to wait for the next period to be offered it. */
  owed = new Set<AgentId>();

  constructor(
    private readonly minimum: Minimum,
    private readonly region: string,
  ) {}

  wants(frameworkId: FrameworkId, role: Role): boolean {
    const framework = this.frameworks.get(frameworkId);
    return framework !== undefined && framework.active && framework.roles.includes(role) && !framework.suppressed.includes(role);
  }

  give(entry: DumbHeld): void {
    const same = this.find(entry);
    if (same) same.resources = same.resources.add(entry.resources);
    else if (!entry.resources.isEmpty) this.held.push({ ...entry });
  }

  take(entry: DumbHeld): void {
    const same = this.find(entry);
    if (!same) return;
    same.resources = same.resources.subtract(entry.resources);
    this.held = this.held.filter(({ resources }) => !resources.isEmpty);
  }

  find({ frameworkId, role, agentId, offered }: Omit<DumbHeld, 'resources'>): DumbHeld | undefined {
    return this.held.find((h) => h.frameworkId === frameworkId && h.role === role && h.agentId === agentId && h.offered === offered);
  }

  /** Counts of offers are kept for those who are in the role or hold something for it (C-035, C-041). */
  forgetCounts(): void {
    const isIn = (frameworkId: FrameworkId, role: Role) =>
      this.frameworks.get(frameworkId)?.roles.includes(role) || this.held.some((h) => h.frameworkId === frameworkId && h.role === role);
    const known = [...this.frameworks.keys(), ...this.held.map((h) => h.frameworkId)];
    this.offersMade = this.offersMade.map((o) => (isIn(o.frameworkId, o.role) ? o : { ...o, frameworkId: '(gone)' }));
    this.offersMade = this.offersMade.filter((o) => known.some((frameworkId) => isIn(frameworkId, o.role)));
  }

  /** C-030, A-100 to A-105: what the chosen hold, each agent's volume once. */
  share(isChosen: (held: DumbHeld) => boolean, weight: number): number {
    const sums = new Map<string, number>();
    const counted = new Set<string>();
    for (const held of this.held.filter(isChosen)) {
      for (const { resource } of held.resources.entries()) {
        if (resource.value.kind !== 'scalar') continue;
        if (resource.shared) {
          const key = `${held.agentId} ${resource.disk!.persistence!.id} ${resource.value.milli}`;
          if (counted.has(key)) continue;
          counted.add(key);
        }
        sums.set(resource.name, (sums.get(resource.name) ?? 0) + resource.value.milli);
      }
    }
    let largest = 0;
    for (const [name, milli] of sums) {
      const total = [...this.agents.values()].reduce((sum, agent) => sum + agent.total.scalarMilli(name), 0);
      if (total > 0) largest = Math.max(largest, milli / total);
    }
    return largest / weight;
  }

  shareOfRole(role: Role): number {
    return this.share((held) => held.role === role, this.weights[role] ?? 1);
  }

  shareOfFramework(frameworkId: FrameworkId, role: Role): number {
    return this.share((held) => held.role === role && held.frameworkId === frameworkId, 1);
  }

  /** */
  available(agentId: AgentId): Resources {
    const { total } = this.agents.get(agentId)!;
    let left = total.nonShared();
    for (const { resources } of this.held.filter((held) => held.agentId === agentId)) left = left.subtract(resources.nonShared());
    return left.add(total.shared());
  }

  cycle(order: readonly AgentId[], nowMs: number): Allocation[] {
    return order.flatMap((agentId) => this.visit(agentId, nowMs));
  }

  private visit(agentId: AgentId, nowMs: number): Allocation[] {
    const agent = this.agents.get(agentId);
    if (!agent?.active) return [];
    const allocations: Allocation[] = [];
    const givenVolumes = new Set<string>();
    for (const { frameworkId, role } of this.queue()) {
      const { capabilities, offerConstraints, minAllocatable } = this.frameworks.get(frameworkId)!;
      const groups = offerConstraints?.[role];
      if (groups && !groups.some((group) => group.every((constraint) => meets(agent.traits, constraint)))) continue;
      const candidate = this.available(agentId).filter(
        (resource) =>
          isAllocatableTo(resource, role) &&
          !(resource.shared && (!capabilities.has('SHARED_RESOURCES') || givenVolumes.has(volumeId(resource)))) &&
          !(resource.revocable && !capabilities.has('REVOCABLE_RESOURCES')) &&
          !(resource.reservations.length > 1 && !capabilities.has('RESERVATION_REFINEMENT')),
      );
      const outstanding = this.held.filter((h) => h.agentId === agentId && h.frameworkId === frameworkId && h.offered);
      const news = candidate.filter(
        (resource) => !resource.shared || outstanding.every(({ resources }) => resources.count(resource) === 0),
      );
      if (!isEnough(news, minAllocatable?.[role] ?? this.minimum)) continue;
      if (agent.total.scalarMilli('gpus') > 0 && !capabilities.has('GPU_RESOURCES')) continue;
      if ((agent.traits.domain?.region ?? this.region) !== this.region && !capabilities.has('REGION_AWARE')) continue;
      if (this.pauses.some((pause) => pause.agentId === agentId && pause.frameworkId === frameworkId)) continue;
      const isRefused = this.filters.some(
        (f) =>
          f.agentId === agentId && f.frameworkId === frameworkId && f.role === role && f.untilMs > nowMs && f.refused.contains(candidate),
      );
      if (isRefused) continue;
      for (const resource of candidate.shared().toList()) givenVolumes.add(volumeId(resource));
      allocations.push({ frameworkId, agentId, role, resources: candidate });
      this.give({ frameworkId, role, agentId, offered: true, resources: candidate });
      this.offersMade.push({ frameworkId, role });
    }
    if (givenVolumes.size > 0) this.owed.add(agentId);
    return allocations;
  }

  /** C-013, C-034: roles in order, in each its frameworks in order. */
  private queue(): { frameworkId: FrameworkId; role: Role }[] {
    const clients = [...this.frameworks.entries()].flatMap(([frameworkId, { roles }]) => roles.map((role) => ({ frameworkId, role })));
    const wanting = clients.filter(({ frameworkId, role }) => this.wants(frameworkId, role));
    const rank = (share: number, offers: number, name: string) => ({ share, offers, name });
    const ofRole = (role: Role) => rank(this.shareOfRole(role), this.offersMade.filter((o) => o.role === role).length, role);
    const ofClient = (c: { frameworkId: FrameworkId; role: Role }) =>
      rank(
        this.shareOfFramework(c.frameworkId, c.role),
        this.offersMade.filter((o) => o.role === c.role && o.frameworkId === c.frameworkId).length,
        c.frameworkId,
      );
    type Rank = ReturnType<typeof rank>;
    const before = (a: Rank, b: Rank) => a.share - b.share || a.offers - b.offers || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
    const ranked = wanting.map((client) => ({ client, role: ofRole(client.role), own: ofClient(client) }));
    return ranked.sort((a, b) => before(a.role, b.role) || before(a.own, b.own)).map(({ client }) => client);
  }
}

function isEnough(resources: Resources, minimum: Minimum): boolean {
  if (resources.isEmpty) return false;
  return (
    minimum.length === 0 || minimum.some((set) => Object.entries(set).every(([name, units]) => resources.scalarMilli(name) >= units * 1000))
  );
}

/** Of the predicates those that the property uses (C-060). */
function meets({ hostname, attributes, domain }: AgentTraits, { selector, predicate }: AttributeConstraint): boolean {
  const value =
    selector.kind === 'attribute'
      ? attributes.find(({ name }) => name === selector.name)?.value
      : { hostname, region: domain?.region, zone: domain?.zone }[selector.kind];
  if (predicate.kind === 'exists') return value !== undefined;
  if (predicate.kind === 'not_exists') return value === undefined;
  const text = typeof value === 'object' ? (value.kind === 'text' ? value.text : undefined) : value;
  if (value !== undefined && text === undefined) return true;
  if (predicate.kind === 'text_equals') return text === predicate.value;
  if (predicate.kind === 'text_not_equals') return text !== predicate.value;
  return (text !== undefined && new RegExp(`^(?:${predicate.regex})$`).test(text)) === (predicate.kind === 'text_matches');
}

const volumeId = (resource: Resource): string => resource.disk?.persistence?.id ?? '';

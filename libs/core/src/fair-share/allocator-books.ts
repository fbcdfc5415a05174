import type { AgentId, FrameworkId, Role } from '@holdfast/core/base';
import type { Conversion } from '@holdfast/core/offers';
import { type Resource, Resources } from '@holdfast/core/resources';
import type { AgentBook, Held, Use } from './agent-book';
import { AgentRoll } from './agent-roll';
import type { AgentEntry, BookSettings, Discrepancy, FrameworkEntry, HeldBy, Recovery } from './book-entries';
import { Client, FrameworkBook, RoleBook } from './client';
import type { View } from './lot';
import type { MinimumAllocatable } from './minimum-allocatable';
import { LONGEST_REFUSAL_MS, OfferFilters } from './offer-filter';
import { OwnMinimums } from './own-minimums';
import { NO_QUANTITIES, ScalarColumns } from './quantities';
import { ShareOrder } from './share-order';
import { ShareTotals } from './share-totals';
import { wishesOf, wishesText, type WishedFor } from './wishes';

/**
 * What the allocator knows: agents, frameworks, who holds what, who refused what; and which agents are worth looking at.
 *
 * An agent becomes a *candidate* when something happens by which somebody could be offered something of it that nobody took before:
 * resources came free, a framework came or was revived, a filter ended. A cycle looks at candidates only, so its cost follows what
 * changed (architecture section 5). An agent on which a cycle leaves something is remembered as having *leftovers*: when frameworks
 * change, those are the agents to look at, not all.
 */
export class AllocatorBooks {
  private readonly agents: AgentRoll;
  private readonly frameworks = new Map<FrameworkId, FrameworkBook>();
  private readonly roles = new Map<Role, RoleBook>();
  private readonly weights = new Map<Role, number>();
  private readonly filters = new OfferFilters();
  private readonly totals = new ShareTotals();
  private readonly ownMinimums = new OwnMinimums();
  private readonly candidates = new Set<AgentBook>();
  private readonly leftovers = new Set<AgentBook>();
  /** Somebody has to wait for the next period before it is offered something of these. */
  private readonly dueNextPeriod = new Set<AgentBook>();
  /** Roles in which somebody wants offers. */
  readonly waitingRoles = new ShareOrder<RoleBook>(this.totals);

  constructor(private readonly settings: BookSettings) {
    const { minimum, filtersGpuAgents, region } = settings;
    this.agents = new AgentRoll({ minimum, ownMinimums: this.ownMinimums, columns: new ScalarColumns(), filtersGpuAgents, region });
  }

  /** Adds an agent, or replaces what is known of it and of who holds what there (C-003). Filters stay unless its traits change (C-058). */
  putAgent({ agentId, total, used, active, hostname, attributes, domain }: AgentEntry): void {
    const known = this.agents.get(agentId);
    const agent = known ?? this.agents.add(agentId);
    if (agent.setTraits({ hostname, attributes, domain }) && known) {
      this.filters.clearOfAgent(agent);
      this.agents.judgeAnew(agent);
    }
    const before = agent.takeAll();
    const totalBefore = agent.totalQuantities;
    agent.active = active;
    agent.setTotal(total);
    this.totals.replace(totalBefore, agent.totalQuantities);
    for (const { frameworkId, role, resources, offered } of used) agent.give(this.clientFor(frameworkId, role), useOf(offered), resources);
    for (const client of before) this.tidy(client);
    this.nominate(agent);
  }

  /** What was held there is held no more; filters for it end (C-058). */
  removeAgent(agentId: AgentId): void {
    const agent = this.agents.get(agentId);
    if (!agent) return;
    agent.isRemoved = true;
    this.totals.replace(agent.totalQuantities, NO_QUANTITIES);
    this.filters.clearOfAgent(agent);
    for (const client of agent.takeAll()) this.tidy(client);
    this.agents.remove(agent);
    for (const set of [this.candidates, this.leftovers, this.dueNextPeriod]) set.delete(agent);
  }

  /** An inactive agent keeps its books and is not offered (C-007). */
  setAgentActive(agentId: AgentId, active: boolean): void {
    const agent = this.agents.get(agentId);
    if (!agent) return;
    agent.active = active;
    if (active) this.nominate(agent);
  }

  /** Adds a framework, or replaces what is known of it; what it holds stays (C-040). */
  putFramework(entry: FrameworkEntry): void {
    const { frameworkId, roles, suppressedRoles, capabilities, active } = entry;
    const framework = this.frameworkFor(frameworkId);
    const wanted = new Set([...framework.roles].filter((role) => framework.wants(role)));
    const learns = [...capabilities].some((capability) => !framework.capabilities.has(capability));
    const wishesAnew = this.setWishes(framework, entry);
    framework.isSubscribed = true;
    framework.active = active;
    framework.roles = new Set(roles);
    framework.suppressed = new Set(suppressedRoles);
    framework.setCapabilities(capabilities);
    for (const role of roles) this.clientFor(frameworkId, role);
    for (const client of [...framework.clients.values()]) {
      const { role } = client.role;
      client.setWishes(framework.wishes);
      if (!wanted.has(role) || !framework.wants(role)) this.filters.clearOfClient(client);
      this.place(client);
    }
    if (!active) this.endPauses(framework);
    if (roles.some((role) => framework.wants(role) && (learns || wishesAnew || !wanted.has(role)))) this.nominateLeftovers();
  }

  /** It gets no more offers. What it still holds stays held until it is recovered: its tasks may still run. */
  removeFramework(frameworkId: FrameworkId): void {
    const framework = this.frameworks.get(frameworkId);
    if (!framework) return;
    framework.isSubscribed = framework.active = false;
    framework.roles = new Set();
    this.setWishes(framework, {});
    this.endPauses(framework);
    for (const client of [...framework.clients.values()]) {
      client.setWishes(framework.wishes);
      this.filters.clearOfClient(client);
      this.place(client);
    }
    this.forgetIfDone(framework);
  }

  /** Clears filters and suppression of these roles (all, if none are named), and has everything that is left offered anew (C-053). */
  reviveRoles(frameworkId: FrameworkId, roles: readonly Role[]): void {
    const framework = this.frameworks.get(frameworkId);
    if (!framework) return;
    for (const client of namedClients(framework, roles)) {
      framework.suppressed.delete(client.role.role);
      this.filters.clearOfClient(client);
      this.place(client);
    }
    this.endPauses(framework);
    this.nominateLeftovers();
  }

  /** No more offers for these roles (all, if none are named) until revived (C-054). */
  suppressRoles(frameworkId: FrameworkId, roles: readonly Role[]): void {
    const framework = this.frameworks.get(frameworkId);
    if (!framework) return;
    for (const client of namedClients(framework, roles)) {
      framework.suppressed.add(client.role.role);
      this.place(client);
    }
  }

  /** Positive; also for roles that nobody is in yet (C-038). */
  setRoleWeight(role: Role, weight: number): void {
    this.weights.set(role, weight);
    this.roles.get(role)?.node.setWeight(weight);
  }

  /** To what the framework was offered, and to the agent's total; what consumes nothing adds copies to the former only. */
  convertAllocation(of: HeldBy, conversions: readonly Conversion[]): Discrepancy | undefined {
    const agent = this.agents.get(of.agentId);
    if (!agent) return undefined;
    const client = this.clientFor(of.frameworkId, of.role);
    let missing = Resources.empty;
    for (const { consumed, produced } of conversions) {
      const notHeld = agent.take(client, 'offered', consumed);
      missing = missing.add(notHeld);
      if (notHeld.isEmpty) agent.give(client, 'offered', produced);
    }
    this.tidy(client);
    this.changeTotal(
      agent,
      conversions.filter(({ consumed }) => !consumed.isEmpty),
    );
    return discrepancy(of, missing);
  }

  /** Launched: from offered to used. What was not offered is used all the same, since the tasks are there. */
  useResources(of: HeldBy, resources: Resources): Discrepancy | undefined {
    const agent = this.agents.get(of.agentId);
    if (!agent) return undefined;
    const client = this.clientFor(of.frameworkId, of.role);
    agent.give(client, 'used', resources);
    const missing = agent.take(client, 'offered', resources);
    if (!resources.shared().isEmpty) this.nominate(agent);
    return discrepancy(of, missing);
  }

  /** To the agent's total alone: a volume was lost, or disk came back; here what consumes nothing adds to the total. */
  convertTotal(agentId: AgentId, conversions: readonly Conversion[]): void {
    const agent = this.agents.get(agentId);
    if (agent) this.changeTotal(agent, conversions);
  }

  /**
   * A shared volume was resized while tasks use it: every copy of `from` that they hold is one of `to` now, in their shares, too. The total,
   * and what is offered, are converted apart from this.
   */
  resizeCopies(agentId: AgentId, from: Resource, to: Resource): void {
    this.agents.get(agentId)?.exchangeUsed(from, to);
  }

  /** Gives back what was offered or used; of a shared volume only the copies named. `nowMs`: when a filter begins. */
  recoverResources({ resources, refuseMs, offered, ...of }: Recovery, nowMs: number): Discrepancy | undefined {
    const agent = this.agents.get(of.agentId);
    const client = this.frameworks.get(of.frameworkId)?.clients.get(of.role);
    if (!agent || !client) return undefined;
    const missing = agent.take(client, useOf(offered), resources);
    this.refuse(agent, client, resources, refuseMs, nowMs);
    this.tidy(client);
    this.nominate(agent);
    return discrepancy(of, missing);
  }

  /** An allocation interval has passed: where filters or waits ended and something is left, agents are candidates again. */
  beginPeriod(nowMs: number): void {
    for (const agent of this.filters.expire(nowMs)) if (this.leftovers.has(agent)) this.nominate(agent);
    for (const agent of this.dueNextPeriod) {
      agent.pausedFor = undefined;
      if (this.leftovers.has(agent)) this.nominate(agent);
    }
    this.dueNextPeriod.clear();
  }

  get minimum(): MinimumAllocatable {
    return this.settings.minimum;
  }

  get hasCandidates(): boolean {
    return this.candidates.size > 0;
  }

  /** Hands over the candidates; asked again, there are none until something changes. */
  takeCandidates(): AgentBook[] {
    const taken = [...this.candidates];
    this.candidates.clear();
    return taken;
  }

  refuses(agent: AgentBook, client: Client, view: View, nowMs: number): boolean {
    return this.filters.refuses(agent, client, view, nowMs);
  }

  /** Enters an offer that the cycle decided on. */
  offer(agent: AgentBook, client: Client, view: View): void {
    agent.giveOffer(client, view);
    client.node.countOffer();
    client.role.node.countOffer();
  }

  /**
   * What a cycle left: whether somebody might want it later. Where it gave away shared volumes, others who could have them, too, have
   * to wait for another cycle, and nothing else might bring that about.
   */
  noteTurn(agent: AgentBook, { hasLeftovers, gaveShared }: { readonly hasLeftovers: boolean; readonly gaveShared: boolean }): void {
    if (hasLeftovers) this.leftovers.add(agent);
    else this.leftovers.delete(agent);
    if (hasLeftovers && gaveShared) this.dueNextPeriod.add(agent);
  }

  get counts(): {
    readonly agents: number;
    readonly frameworks: number;
    readonly candidates: number;
    readonly leftovers: number;
    readonly filters: number;
  } {
    return {
      agents: this.agents.size,
      frameworks: this.frameworks.size,
      candidates: this.candidates.size,
      leftovers: this.leftovers.size,
      filters: this.filters.size,
    };
  }

  total(agentId: AgentId): Resources {
    return this.agents.get(agentId)?.total ?? Resources.empty;
  }

  /** Empty for an agent that is not known. */
  available(agentId: AgentId): Resources {
    const lot = this.agents.get(agentId)?.lot();
    return lot?.resources ?? Resources.empty;
  }

  held({ frameworkId, agentId, role }: HeldBy): Held {
    const client = this.frameworks.get(frameworkId)?.clients.get(role);
    const held = client && this.agents.get(agentId)?.heldBy(client);
    return { offered: held?.offered ?? Resources.empty, used: held?.used ?? Resources.empty };
  }

  shareOfRole(role: Role): number {
    return this.roles.get(role)?.node.share(this.totals.quantities) ?? 0;
  }

  shareOfFramework(frameworkId: FrameworkId, role: Role): number {
    return this.frameworks.get(frameworkId)?.clients.get(role)?.node.share(this.totals.quantities) ?? 0;
  }

  private refuse(agent: AgentBook, client: Client, refused: Resources, refuseMs: number | undefined, nowMs: number): void {
    if (refuseMs === undefined || !client.framework.wants(client.role.role)) return;
    if (refuseMs > 0) {
      const livesMs = Math.min(Math.max(refuseMs, this.settings.intervalMs), LONGEST_REFUSAL_MS);
      if (!refused.isEmpty) this.filters.add(agent, client, refused.unallocate(), nowMs + livesMs);
    } else {
      (agent.pausedFor ??= new Set()).add(client.framework);
      this.dueNextPeriod.add(agent);
    }
  }

  private changeTotal(agent: AgentBook, conversions: readonly Conversion[]): void {
    const before = agent.totalQuantities;
    agent.convertTotal(conversions);
    this.totals.replace(before, agent.totalQuantities);
    this.nominate(agent);
  }

  private nominate(agent: AgentBook): void {
    if (agent.active) this.candidates.add(agent);
  }

  /** Which agents the framework wants, and what an offer must hold for it. Answers whether these are others than before. */
  private setWishes(framework: FrameworkBook, entry: WishedFor): boolean {
    const before = framework.wishes;
    if (before.text === wishesText(entry)) return false;
    framework.wishes = wishesOf(entry, this.settings.compileRegex);
    this.agents.replaceSelections(before.selections.values(), framework.wishes.selections.values());
    let isNew = false;
    for (const minimum of framework.wishes.minimums.values()) isNew = this.ownMinimums.add(minimum) || isNew;
    for (const minimum of before.minimums.values()) this.ownMinimums.remove(minimum);
    // What was too little for anybody may be enough now, and nobody remembers where that is.
    if (isNew) for (const agent of this.agents.all()) this.nominate(agent);
    return true;
  }

  private nominateLeftovers(): void {
    for (const agent of this.leftovers) this.nominate(agent);
  }

  private endPauses(framework: FrameworkBook): void {
    for (const agent of this.dueNextPeriod) agent.pausedFor?.delete(framework);
  }

  private frameworkFor(frameworkId: FrameworkId): FrameworkBook {
    let framework = this.frameworks.get(frameworkId);
    if (!framework) this.frameworks.set(frameworkId, (framework = new FrameworkBook(frameworkId)));
    return framework;
  }

  private roleFor(role: Role): RoleBook {
    let book = this.roles.get(role);
    if (!book) {
      book = new RoleBook(role, this.totals);
      book.node.setWeight(this.weights.get(role) ?? 1);
      this.roles.set(role, book);
    }
    return book;
  }

  private clientFor(frameworkId: FrameworkId, role: Role): Client {
    const framework = this.frameworkFor(frameworkId);
    let client = framework.clients.get(role);
    if (!client) framework.clients.set(role, (client = new Client(framework, this.roleFor(role))));
    return client;
  }

  /** In or out of the order of those who want offers, and its role with it. */
  private place(client: Client): void {
    const { framework, role } = client;
    if (framework.wants(role.role)) role.waiting.add(client.node);
    else role.waiting.remove(client.node);
    if (role.waiting.size > 0) this.waitingRoles.add(role.node);
    else this.waitingRoles.remove(role.node);
    this.tidy(client);
  }

  /** Forgets a client that is neither subscribed to its role nor holds anything for it, and whatever is empty without it (A-107, C-041). */
  private tidy(client: Client): void {
    const { framework, role } = client;
    if (client.agents > 0 || framework.roles.has(role.role)) return;
    framework.clients.delete(role.role);
    role.clients.delete(client);
    if (role.clients.size === 0) this.roles.delete(role.role);
    this.forgetIfDone(framework);
  }

  private forgetIfDone(framework: FrameworkBook): void {
    if (!framework.isSubscribed && framework.clients.size === 0) this.frameworks.delete(framework.id);
  }
}

const useOf = (offered: boolean): Use => (offered ? 'offered' : 'used');

const namedClients = (framework: FrameworkBook, roles: readonly Role[]): Client[] =>
  [...framework.clients.values()].filter(({ role }) => framework.roles.has(role.role) && (roles.length === 0 || roles.includes(role.role)));

const discrepancy = ({ frameworkId, agentId, role }: HeldBy, missing: Resources): Discrepancy | undefined =>
  missing.isEmpty ? undefined : { frameworkId, agentId, role, missing };

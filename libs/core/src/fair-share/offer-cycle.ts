import type { AgentId, FrameworkId, Randomness, Role } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import type { AgentBook } from './agent-book';
import type { AllocatorBooks } from './allocator-books';
import type { Client } from './client';
import { ALL_GATES, isOpen } from './gates';
import { isAllocatable, type MinimumAllocatable } from './minimum-allocatable';
import type { View } from './lot';

/** What is put before one framework: one agent, one role (C-012). Without allocation role; each shared volume once. */
export interface Allocation {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: Role;
  readonly resources: Resources;
}

/** A cycle over the agents of `takeCandidates`, in an order that favours nobody (C-010). */
export function runCycle(books: AllocatorBooks, random: Randomness, nowMs: number): Allocation[] {
  return allocateAgents(books, inRandomOrder(books.takeCandidates(), random), nowMs);
}

/**
 * Gives away what these agents have left, each to whoever is next when its turn comes, and enters it in the books. Doing it again
 * gives nothing twice. A long list may be served in parts; changes in between are respected.
 */
export function allocateAgents(books: AllocatorBooks, agents: readonly AgentBook[], nowMs: number): Allocation[] {
  const allocations: Allocation[] = [];
  for (const agent of agents) {
    if (agent.isRemoved || !agent.active) continue;
    const gaveShared = allocateAgent(books, agent, nowMs, allocations);
    books.noteTurn(agent, { hasLeftovers: agent.lot().mayBeOffered, gaveShared });
  }
  return allocations;
}

/** Roles by share, and in a role frameworks by share (C-013); the order is that at the agent's turn. Answers whether it gave shared volumes. */
function allocateAgent(books: AllocatorBooks, agent: AgentBook, nowMs: number, allocations: Allocation[]): boolean {
  let lot = agent.lot();
  let gaveShared = false;
  if (!lot.mayBeOffered) return gaveShared;
  for (const { subject: role } of books.waitingRoles.inOrder()) {
    if (role.ownMinimums === 0 && !lot.view(role.role, ALL_GATES).isAllocatable) continue;
    for (const { subject: client } of role.waiting.inOrder()) {
      if (!maySee(client, agent)) continue;
      const view = lot.view(role.role, client.framework.gates);
      if (!mayBeOffered(books, agent, client, view, nowMs)) continue;
      books.offer(agent, client, view);
      allocations.push({ frameworkId: client.framework.id, agentId: agent.id, role: role.role, resources: view.resources });
      gaveShared ||= !view.shared.isEmpty;
      if (view.isWhole) return gaveShared;
      lot = lot.without(view);
      if (!lot.mayBeOffered) return gaveShared;
    }
  }
  return gaveShared;
}

/** Whether it can take offers of the agent, whatever is on it (C-073, C-074), and wants them (C-060). */
const maySee = ({ framework, selection }: Client, agent: AgentBook): boolean =>
  isOpen(agent.gates, framework.gates) && (selection === undefined || selection.admits(agent));

function mayBeOffered(books: AllocatorBooks, agent: AgentBook, client: Client, view: View, nowMs: number): boolean {
  const { framework, minimum } = client;
  if (!(minimum ? isAllocatable(view.nonShared, view.shared, minimum) : view.isAllocatable)) return false;
  if (agent.pausedFor?.has(framework)) return false;
  if (books.refuses(agent, client, view, nowMs)) return false;
  if (minimum ? isAllocatable(view.nonShared, Resources.empty, minimum) : view.standsAlone) return true;
  return bringsMoreThanItHolds(agent, client, view, minimum ?? books.minimum);
}

/**
 * A shared volume is always available, so it must not make an offer by itself for a framework that has it in an outstanding offer
 * already: there would be no end of offers. With other resources it comes along.
 */
function bringsMoreThanItHolds(agent: AgentBook, client: Client, view: View, minimum: MinimumAllocatable): boolean {
  const outstanding = agent.offeredTo(client.framework);
  return isAllocatable(
    view.nonShared,
    view.shared.filter((volume) => outstanding.count(volume) === 0),
    minimum,
  );
}

/** Fisher and Yates: the list itself, in an order that `random` chooses. */
export function inRandomOrder<T>(list: T[], random: Randomness): T[] {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random.next() * (at + 1));
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list;
}

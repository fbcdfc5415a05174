import type { Resources } from '@holdfast/core/resources';
import type { AgentBook } from './agent-book';
import type { Client } from './client';
import { type Expiring, ExpiryHeap } from './expiry-heap';
import type { View } from './lot';

/** A longer refusal is cut to this (C-050): a year. */
export const LONGEST_REFUSAL_MS = 365 * 24 * 3600 * 1000;

/** What one framework refused of one agent for one role (C-052). */
export interface OfferFilter extends Expiring {
  readonly agent: AgentBook;
  readonly client: Client;
  readonly refused: Resources;
  /** The view last compared with, and the answer: views are kept between cycles, so the same question comes again and again. */
  compared: View | undefined;
  covers: boolean;
}

/** All filters: by agent and client for the cycle, by client for REVIVE, by time for their end. */
export class OfferFilters {
  private readonly ending = new ExpiryHeap<OfferFilter>();

  get size(): number {
    return this.ending.size;
  }

  add(agent: AgentBook, client: Client, refused: Resources, expiresAtMs: number): void {
    const filter: OfferFilter = { agent, client, refused, expiresAtMs, heapIndex: -1, compared: undefined, covers: false };
    const before = agent.filters?.get(client) ?? [];
    for (const earlier of before) if (earlier.expiresAtMs <= expiresAtMs && refused.contains(earlier.refused)) this.remove(earlier);
    this.link(filter);
    this.ending.push(filter);
  }

  /** Whether something that it refused contains all of this: more or other resources pass (C-052, A-092). */
  refuses(agent: AgentBook, client: Client, view: View, nowMs: number): boolean {
    const filters = agent.filters?.get(client);
    return filters !== undefined && filters.some((filter) => filter.expiresAtMs > nowMs && isCovered(view, filter));
  }

  /** REVIVE, deactivation and leaving a role end them (C-053, C-056, C-057). */
  clearOfClient(client: Client): void {
    for (const filter of [...client.filters]) this.remove(filter);
  }

  /** The agent is gone (C-058). */
  clearOfAgent(agent: AgentBook): void {
    for (const filters of [...(agent.filters?.values() ?? [])]) for (const filter of filters) this.remove(filter);
  }

  /** Ends what is over at `nowMs`; answers the agents concerned. Costs what has ended, whatever else there is. */
  expire(nowMs: number): AgentBook[] {
    return this.ending.popDue(nowMs).map((filter) => {
      this.unlink(filter);
      return filter.agent;
    });
  }

  private remove(filter: OfferFilter): void {
    this.ending.remove(filter);
    this.unlink(filter);
  }

  private link(filter: OfferFilter): void {
    const { agent, client } = filter;
    client.filters.add(filter);
    agent.filters ??= new Map();
    agent.filters.set(client, [...(agent.filters.get(client) ?? []), filter]);
  }

  private unlink(filter: OfferFilter): void {
    const { agent, client } = filter;
    client.filters.delete(filter);
    const left = agent.filters?.get(client)?.filter((other) => other !== filter) ?? [];
    if (left.length > 0) agent.filters?.set(client, left);
    else agent.filters?.delete(client);
  }
}

function isCovered(view: View, filter: OfferFilter): boolean {
  if (filter.compared !== view) {
    filter.compared = view;
    filter.covers = filter.refused.contains(view.resources);
  }
  return filter.covers;
}

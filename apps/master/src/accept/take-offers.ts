import { ok, refuse, refused, type OfferId, type Refusal, type Result } from '@holdfast/core/base';
import { checkOffers, type Offer } from '@holdfast/core/offers';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { offerable } from '../drains/offerable';
import type { Framework } from '../frameworks';
import { returnOffer } from '../offers/return-offers';

export interface TakenOffers {
  readonly agent: Agent;
  /** The registration of the agent that they are good for. */
  readonly registration: number;
  readonly offers: readonly [Offer, ...Offer[]];
}

/**
 * Takes offers for an ACCEPT. If one of them cannot be, the whole call is invalid and the good ones go back without filter
 * (D-020, D-021, D-022).
 */
export function takeOffers(deps: Deps, framework: Framework, offerIds: readonly OfferId[]): Result<TakenOffers> {
  const named = checkOffers(offerIds, framework.id, (id) => deps.offers.get(id));
  const [first, ...rest] = named.offers;
  const agent = first && deps.agents.get(first.agentId);
  const refusal =
    named.refusal ?? (agent?.state === 'connected' ? undefined : refuse('agent_disconnected', { agentId: first?.agentId ?? '' }));
  if (refusal || !first || !agent) {
    for (const offer of named.offers) returnOffer(deps, offer);
    return refused(refusal ?? refuse('offers_mixed', { problem: 'The call names no offer.' }));
  }
  for (const offer of named.offers) deps.offers.remove(offer);
  deps.offers.startSettling(named.offers);
  return ok({ agent, registration: agent.registration, offers: [first, ...rest] });
}

/** While an ACCEPT waits, its agent may break off, or its framework may end: `agent_disconnected`, `framework_removed` (D-022). */
export function whyUseless(deps: Deps, framework: Framework, { agent, registration }: TakenOffers): Refusal | undefined {
  if (agent.registration !== registration || agent.state !== 'connected') return refuse('agent_disconnected', { agentId: agent.id });
  if (deps.frameworks.get(framework.id) !== framework) return refuse('framework_removed', { frameworkId: framework.id });
  return undefined;
}

/**
 * Before this ACCEPT had its turn, a volume that its offers still name may have been destroyed, resized, or withheld until it is. Had they been outstanding, they would have
 * been rescinded; so they are gone (`offer_gone`). From here on all that they hold is part of the agent's total.
 */
export function findStaleOffer({ agent, offers }: TakenOffers): Refusal | undefined {
  const there = offerable(agent);
  const stale = offers.find(({ resources }) => !there.contains(resources.unallocate()));
  return stale && refuse('offer_gone', { offerId: stale.id });
}

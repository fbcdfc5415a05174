import { ok, refuse, refused, type OfferId, type Result } from '@holdfast/core/base';
import { checkOffers, type Offer } from '@holdfast/core/offers';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
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

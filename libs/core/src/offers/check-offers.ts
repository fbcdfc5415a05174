import { type FrameworkId, type OfferId, type Refusal, refuse } from '@holdfast/core/base';
import type { Offer } from './offer';

export interface NamedOffers {
  /** Those of the framework that are outstanding, each once, in the order they were named: an ACCEPT uses them up, refused or not (D-021). */
  readonly offers: readonly Offer[];
  readonly refusal?: Refusal;
}

/**
 * Whether an ACCEPT may name these offers together (D-020): there is one, none twice, all outstanding, all the framework's, all for one role,
 * all of one agent (D-024), looked at in this order. Refused with `offers_mixed`, `offer_gone` or `offer_not_yours`.
 */
export function checkOffers(ids: readonly OfferId[], frameworkId: FrameworkId, find: (id: OfferId) => Offer | undefined): NamedOffers {
  const found = [...new Set(ids)].map(find).filter((offer) => offer !== undefined);
  const offers = found.filter((offer) => offer.frameworkId === frameworkId);
  const refusal = noneOrTwice(ids) ?? gone(ids, find) ?? notYours(found, frameworkId) ?? mixed(offers);
  return refusal ? { offers, refusal } : { offers };
}

const notTogether = (problem: string): Refusal => refuse('offers_mixed', { problem });

function noneOrTwice(ids: readonly OfferId[]): Refusal | undefined {
  if (ids.length === 0) return notTogether('The call names no offer.');
  if (new Set(ids).size === ids.length) return undefined;
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  return notTogether(`The call names offer ${twice} twice.`);
}

function gone(ids: readonly OfferId[], find: (id: OfferId) => Offer | undefined): Refusal | undefined {
  const missing = ids.find((id) => find(id) === undefined);
  return missing === undefined ? undefined : refuse('offer_gone', { offerId: missing });
}

function notYours(found: readonly Offer[], frameworkId: FrameworkId): Refusal | undefined {
  const other = found.find((offer) => offer.frameworkId !== frameworkId);
  return other === undefined ? undefined : refuse('offer_not_yours', { offerId: other.id });
}

function mixed([first, ...rest]: readonly Offer[]): Refusal | undefined {
  if (!first) return undefined;
  const role = rest.find((offer) => offer.role !== first.role);
  if (role) return notTogether(`Offers ${first.id} and ${role.id} are for different roles, '${first.role}' and '${role.role}'.`);
  const agent = rest.find((offer) => offer.agentId !== first.agentId);
  if (agent) return notTogether(`Offers ${first.id} and ${agent.id} are of different agents, ${first.agentId} and ${agent.agentId}.`);
  return undefined;
}

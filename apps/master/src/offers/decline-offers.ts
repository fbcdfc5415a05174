import type { OfferId } from '@holdfast/core/base';
import { normaliseRefuseMs } from '@holdfast/core/offers';
import type { DeclineRequest } from '@holdfast/contracts';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { returnOffer } from './return-offers';

/** Gives offers back with a filter; unknown ones are named in the answer, the others are declined all the same (D-023). */
export function declineOffers(deps: Deps, framework: Framework, request: DeclineRequest): readonly OfferId[] {
  const refuseMs = normaliseRefuseMs(request.filters.refuseMs);
  return request.offerIds.filter((id) => {
    const taken = deps.offers.take(id, framework.id);
    if (taken.ok) returnOffer(deps, taken.value, refuseMs);
    return !taken.ok;
  });
}

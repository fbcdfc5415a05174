import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import type { CallAnswer, InverseOffersRequest } from '@holdfast/contracts';

/** None are made yet, so none is outstanding: what is named is gone (`offer_gone`). */
export function answerInverseOffers({ inverseOfferIds: [first] }: InverseOffersRequest): Result<CallAnswer> {
  return first === undefined ? ok({}) : refused(refuse('offer_gone', { offerId: first }));
}

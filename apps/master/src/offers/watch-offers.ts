import type { Deps } from '../deps';
import { rescindOffer } from './return-offers';

/** An offer is taken back at the latest this long after its timeout. */
const LONGEST_DELAY_MS = 1_000;

/**
 * Takes offers back that have been outstanding for the offer timeout: rescinded, their resources returned without filter (C-090). Without
 * a timeout they stay for ever, and however many (D-017). Returns what stops it.
 */
export function watchOffers(deps: Deps): () => void {
  const { offerTimeoutMs } = deps.settings;
  if (offerTimeoutMs === undefined) return () => undefined;
  // One timer for all: an offer costs none.
  return deps.world.every(Math.min(offerTimeoutMs, LONGEST_DELAY_MS), () => {
    for (const offer of deps.offers.madeUntil(deps.world.nowMs() - offerTimeoutMs)) rescindOffer(deps, offer);
  });
}

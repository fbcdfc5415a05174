/**
 * - `outstanding`: put before its framework; its resources are nobody else's until it ends.
 * - `accepted`: named by an ACCEPT, valid or not (D-021): it is used up.
 * - `declined`: the framework does not want it.
 * - `rescinded`: the master took it back, and said so.
 * - `expired`: it was outstanding for longer than the offer timeout (C-090), and was taken back for that.
 */
export type OfferState = 'outstanding' | 'accepted' | 'declined' | 'rescinded' | 'expired';

const NEXT: Readonly<Record<OfferState, readonly OfferState[]>> = {
  outstanding: ['accepted', 'declined', 'rescinded', 'expired'],
  accepted: [],
  declined: [],
  rescinded: [],
  expired: [],
};

/** An offer is answered at most once (promise 4). */
export const canBecome = (from: OfferState, to: OfferState): boolean => NEXT[from].includes(to);

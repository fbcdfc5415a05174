import { normaliseRefuseMs } from '@holdfast/core/offers';
import type { Resources } from '@holdfast/core/resources';
import type { Deps } from '../deps';
import type { TakenOffers } from './take-offers';

export interface Leftovers {
  /** What was converted, or cannot be used for want of an agent. */
  readonly unfiltered: Resources;
  /** What was left untouched, with the filter of the call (B-079). */
  readonly filtered?: { readonly resources: Resources; readonly refuseMs: number | undefined };
}

/** What is left of the offers that an ACCEPT took goes back, unless a later registration has refilled the allocator's books without them. */
export function giveBack(deps: Deps, offers: TakenOffers['offers'], { unfiltered, filtered }: Leftovers): void {
  if (!deps.offers.endSettling(offers)) return;
  const { frameworkId, agentId, role } = offers[0];
  const where = { kind: 'recover_resources', frameworkId, agentId, role, offered: true } as const;
  if (!unfiltered.isEmpty) deps.allocator.change({ ...where, resources: unfiltered.unallocate() });
  if (filtered && !filtered.resources.isEmpty) {
    deps.allocator.change({ ...where, resources: filtered.resources.unallocate(), refuseMs: normaliseRefuseMs(filtered.refuseMs) });
  }
}

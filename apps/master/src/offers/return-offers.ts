import type { Offer } from '@holdfast/core/offers';
import { isPersistentVolume, type Resource } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';

type OfferDeps = Pick<Deps, 'offers' | 'allocator' | 'frameworks' | 'metrics'>;

/** Gives an offer's resources back to the allocator. `refuseMs` absent: no filter. */
export function returnOffer(deps: Pick<Deps, 'offers' | 'allocator'>, offer: Offer, refuseMs?: number): void {
  deps.offers.remove(offer);
  deps.allocator.change({
    kind: 'recover_resources',
    frameworkId: offer.frameworkId,
    agentId: offer.agentId,
    role: offer.role,
    resources: offer.resources.unallocate(),
    offered: true,
    ...(refuseMs !== undefined && { refuseMs }),
  });
}

/** Takes an offer back from its framework: one RESCIND for the whole offer, all of its resources returned without filter. */
export function rescindOffer(deps: OfferDeps, offer: Offer): void {
  returnOffer(deps, offer);
  deps.frameworks.get(offer.frameworkId)?.stream?.send({ type: 'RESCIND', offerId: offer.id });
  deps.metrics.offerRescinded();
}

/** Rescinds every outstanding offer of the agent that contains one of these volumes, compared without allocation role. */
export function rescindOffersWith(deps: OfferDeps, agent: Agent, volumes: readonly Resource[]): void {
  const keys = new Set(volumes.map(keyOfVolume));
  for (const offer of deps.offers.ofAgent(agent.id)) {
    if (offer.resources.toList().some((resource) => isPersistentVolume(resource) && keys.has(keyOfVolume(resource))))
      rescindOffer(deps, offer);
  }
}

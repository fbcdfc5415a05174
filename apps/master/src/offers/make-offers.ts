import type { FrameworkId } from '@holdfast/core/base';
import type { Offer } from '@holdfast/core/offers';
import type { AllocateResponse, Allocation } from '@holdfast/contracts';
import type { Deps } from '../deps';
import { offerable } from '../drains/offerable';
import { resourceFormOf } from '../frameworks';

/** Offers that one event carries at most: the gain of batching is spent by then, and the event stays well below the size limit. */
const OFFERS_PER_EVENT = 100;

/** Turns allocations into offers, one OFFERS event per framework; what cannot be offered any more goes back (C-091). */
export function makeOffers(deps: Deps, response: AllocateResponse): void {
  const byFramework = new Map<FrameworkId, Offer[]>();
  const nowMs = deps.world.nowMs();
  for (const allocation of response.allocations) {
    if (isVoid(deps, allocation, response.seenRequest)) continue;
    const offer = toOffer(deps, allocation);
    if (!offer) {
      deps.allocator.change({ kind: 'recover_resources', ...allocation, offered: true });
      continue;
    }
    deps.offers.add(offer, nowMs);
    const offers = byFramework.get(offer.frameworkId);
    if (offers) offers.push(offer);
    else byFramework.set(offer.frameworkId, [offer]);
  }
  for (const [frameworkId, offers] of byFramework) {
    const framework = deps.frameworks.get(frameworkId);
    if (!framework) continue;
    const form = resourceFormOf(framework.info);
    for (let at = 0; at < offers.length; at += OFFERS_PER_EVENT) {
      framework.stream?.send({ type: 'OFFERS', offers: offers.slice(at, at + OFFERS_PER_EVENT), form });
    }
    deps.metrics.offerMade(offers.length);
  }
}

/** Made before the allocator heard that the agent was put anew or removed: its books no longer hold this allocation. */
const isVoid = (deps: Deps, { agentId }: Allocation, seenRequest: number): boolean =>
  seenRequest < (deps.agents.get(agentId)?.bookedInRequest ?? 0);

let offerCount = 0;

function toOffer(deps: Deps, allocation: Allocation): Offer | undefined {
  const framework = deps.frameworks.get(allocation.frameworkId);
  const agent = deps.agents.get(allocation.agentId);
  if (!framework?.stream || agent?.state !== 'connected') return undefined;
  // An allocation may have crossed a DESTROY or an operator's change on its way here.
  if (!offerable(agent).contains(allocation.resources)) return undefined;
  // Filled in rather than spread, since every offer comes by here.
  const offer: { -readonly [K in keyof Offer]: Offer[K] } = {
    id: `${deps.leadership.masterId}-O${offerCount++}`,
    frameworkId: allocation.frameworkId,
    agentId: allocation.agentId,
    hostname: agent.info.hostname,
    role: allocation.role,
    resources: allocation.resources.allocate(allocation.role),
    attributes: agent.info.attributes,
    url: { hostname: agent.info.hostname, ip: agent.link?.ip ?? agent.info.hostname, port: agent.info.httpPort },
  };
  const executorIds = deps.executors.idsOf(agent.id, framework.id);
  if (executorIds) offer.executorIds = executorIds;
  if (agent.info.domain) offer.domain = agent.info.domain;
  return offer;
}

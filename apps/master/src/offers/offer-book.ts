import { ok, refuse, refused, type AgentId, type FrameworkId, type OfferId, type Result } from '@holdfast/core/base';
import type { Offer } from '@holdfast/core/offers';

interface Outstanding {
  readonly offer: Offer;
  readonly madeMs: number;
}

/**
 * The outstanding offers, and those taken by an ACCEPT that is not yet settled. Both hold resources in the allocator's
 * books; only the former can be answered, and each only once.
 */
export class OfferBook {
  /** In the order in which they were made. */
  private readonly outstanding = new Map<OfferId, Outstanding>();
  private readonly settling = new Map<OfferId, Offer>();
  private readonly byAgent = new Map<AgentId, Set<Offer>>();
  private readonly byFramework = new Map<FrameworkId, Set<Offer>>();

  add(offer: Offer, madeMs: number): void {
    this.outstanding.set(offer.id, { offer, madeMs });
    index(this.byAgent, offer.agentId, offer);
    index(this.byFramework, offer.frameworkId, offer);
  }

  get(id: OfferId): Offer | undefined {
    return this.outstanding.get(id)?.offer;
  }

  /** The outstanding offers that were made at this time or before, oldest first. */
  madeUntil(atMs: number): readonly Offer[] {
    const old: Offer[] = [];
    for (const { offer, madeMs } of this.outstanding.values()) {
      if (madeMs > atMs) break;
      old.push(offer);
    }
    return old;
  }

  /** Takes an offer of this framework out of the book; whoever takes it gives its resources back. */
  take(id: OfferId, frameworkId: FrameworkId): Result<Offer> {
    const offer = this.get(id);
    if (!offer) return refused(refuse('offer_gone', { offerId: id }));
    if (offer.frameworkId !== frameworkId) return refused(refuse('offer_not_yours', { offerId: id }));
    this.remove(offer);
    return ok(offer);
  }

  remove(offer: Offer): void {
    if (!this.outstanding.delete(offer.id)) return;
    unindex(this.byAgent, offer.agentId, offer);
    unindex(this.byFramework, offer.frameworkId, offer);
  }

  /** An ACCEPT has taken these and still owes the allocator its answer. */
  startSettling(offers: readonly Offer[]): void {
    for (const offer of offers) this.settling.set(offer.id, offer);
  }

  /** False if the agent has registered anew meanwhile: the allocator's books were refilled without these offers. */
  endSettling(offers: readonly Offer[]): boolean {
    return offers.map((offer) => this.settling.delete(offer.id)).every(Boolean);
  }

  ofAgent(agentId: AgentId): readonly Offer[] {
    return [...(this.byAgent.get(agentId) ?? [])];
  }

  ofFramework(frameworkId: FrameworkId): readonly Offer[] {
    return [...(this.byFramework.get(frameworkId) ?? [])];
  }

  settlingOf(agentId: AgentId): readonly Offer[] {
    return [...this.settling.values()].filter((offer) => offer.agentId === agentId);
  }

  forgetSettling(agentId: AgentId): void {
    for (const offer of this.settlingOf(agentId)) this.settling.delete(offer.id);
  }

  get size(): number {
    return this.outstanding.size;
  }
}

function index<K>(map: Map<K, Set<Offer>>, key: K, offer: Offer): void {
  const set = map.get(key);
  if (set) set.add(offer);
  else map.set(key, new Set([offer]));
}

function unindex<K>(map: Map<K, Set<Offer>>, key: K, offer: Offer): void {
  const set = map.get(key);
  set?.delete(offer);
  if (set?.size === 0) map.delete(key);
}

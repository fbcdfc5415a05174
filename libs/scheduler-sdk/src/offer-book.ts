import type { OfferId } from '@holdfast/core/base';
import type { Offer } from '@holdfast/core/offers';

/** The offers that were made to this scheduler and neither answered nor taken back. */
export class OfferBook {
  readonly #offers = new Map<OfferId, Offer>();

  add(offers: readonly Offer[]): void {
    for (const offer of offers) this.#offers.set(offer.id, offer);
  }

  /** Forgets one; returns it if it was outstanding. */
  remove(id: OfferId): Offer | undefined {
    const offer = this.#offers.get(id);
    this.#offers.delete(id);
    return offer;
  }

  clear(): void {
    this.#offers.clear();
  }

  list(): readonly Offer[] {
    return [...this.#offers.values()];
  }
}

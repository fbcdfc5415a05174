import type { OfferId } from '@holdfast/core/base';
import type { Offer } from '@holdfast/core/offers';

/** The offers that were made to this scheduler and neither answered nor taken back. */
export class OfferBook {
  readonly #offers = new Map<OfferId, Offer>();
  /** Answered, but it is not known yet whether the answer was heard. */
  readonly #taken = new Map<OfferId, Offer>();

  add(offers: readonly Offer[]): void {
    for (const offer of offers) this.#offers.set(offer.id, offer);
  }

  /** For an answer. `heard` or `giveBack` follows. */
  take(ids: readonly OfferId[]): void {
    for (const id of ids) {
      const offer = this.#offers.get(id);
      if (offer) this.#taken.set(id, offer);
      this.#offers.delete(id);
    }
  }

  /** The answer has used them up. */
  heard(ids: readonly OfferId[]): void {
    for (const id of ids) this.#taken.delete(id);
  }

  /** The answer came to nothing: they are outstanding as before, unless they were taken back meanwhile. */
  giveBack(ids: readonly OfferId[]): void {
    for (const id of ids) {
      const offer = this.#taken.get(id);
      if (offer) this.#offers.set(id, offer);
      this.#taken.delete(id);
    }
  }

  /** Taken back; returns it if it was outstanding. */
  remove(id: OfferId): Offer | undefined {
    const offer = this.#offers.get(id);
    this.#offers.delete(id);
    this.#taken.delete(id);
    return offer;
  }

  clear(): void {
    this.#offers.clear();
    this.#taken.clear();
  }

  list(): readonly Offer[] {
    return [...this.#offers.values()];
  }
}

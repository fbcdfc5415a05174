import { addQuantities, type Quantities } from './quantities';
import type { ShareOrder } from './share-order';

/**
 * Somebody who is allocated resources and is compared with its siblings: a role, or a framework within a role.
 * What a node is allocated, its parent is allocated, too; roles have no parent yet, and a hierarchy of roles gives them one (C-036).
 */
export class ShareNode<Subject> {
  /** How many offers it was made; breaks ties of shares (C-034, C-035). */
  offers = 0;
  /** Where it is sorted while it wants offers; a node without one keeps its allocation all the same (C-040). */
  siblings: ShareOrder<Subject> | undefined;
  /** What it is sorted by at present; kept by `ShareOrder` alone. */
  readonly placed = { share: 0, offers: 0, isStale: false };
  private weight = 1;
  private readonly allocated: number[] = [];

  constructor(
    readonly subject: Subject,
    readonly name: string,
    readonly parent?: ShareNode<unknown>,
  ) {}

  /** The largest allocated/total over all scalars, divided by the weight (C-030). Of what the total has none, nothing counts (C-039). */
  share(totals: Quantities): number {
    let largest = 0;
    const columns = Math.min(this.allocated.length, totals.length);
    for (let column = 0; column < columns; column++) {
      const total = totals[column]!;
      if (total <= 0) continue;
      const fraction = this.allocated[column]! / total;
      if (fraction > largest) largest = fraction;
    }
    return largest / this.weight;
  }

  /** Adds to this node alone; see `chargePath`. */
  charge(quantities: Quantities, sign: 1 | -1): void {
    addQuantities(this.allocated, quantities, sign);
    this.siblings?.reconsider(this);
  }

  countOffer(): void {
    this.offers++;
    this.siblings?.reconsider(this);
  }

  /** Positive; 1 unless told otherwise (C-038). */
  setWeight(weight: number): void {
    this.weight = weight;
    this.siblings?.reconsider(this);
  }

  /** Thousandths by column. */
  get quantities(): Quantities {
    return this.allocated;
  }
}

/** Charges a node and everything above it. Not for shared volumes, which count once however many children hold them. */
export function chargePath(node: ShareNode<unknown>, quantities: Quantities, sign: 1 | -1): void {
  if (quantities.length === 0) return;
  for (let at: ShareNode<unknown> | undefined = node; at; at = at.parent) at.charge(quantities, sign);
}

import { addQuantities, type Quantities } from './quantities';

/** What all agents have together: the denominators of every share. Each agent's shared volume counts once. */
export class ShareTotals {
  private readonly sums: number[] = [];
  private changes = 0;

  get quantities(): Quantities {
    return this.sums;
  }

  /** Differs whenever shares that were worked out earlier are out of date. */
  get version(): number {
    return this.changes;
  }

  /** An agent came, went or changed. Most conversions change what a resource is, not how much there is: then shares stay as they are. */
  replace(before: Quantities, after: Quantities): void {
    if (before.length === after.length && before.every((milli, column) => milli === after[column])) return;
    addQuantities(this.sums, before, -1);
    addQuantities(this.sums, after, 1);
    this.changes++;
  }
}

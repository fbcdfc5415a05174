/** Thousandths by column: how much of each scalar, in the order in which `ScalarColumns` met the names. Missing columns are 0. */
export type Quantities = readonly number[];

export const NO_QUANTITIES: Quantities = [];

/** Gives every scalar name a column, so that shares are kept by adding short arrays of numbers rather than maps. */
export class ScalarColumns {
  private readonly columns = new Map<string, number>();

  of(name: string): number {
    let column = this.columns.get(name);
    if (column === undefined) {
      column = this.columns.size;
      this.columns.set(name, column);
    }
    return column;
  }

  /** Scalars by name, in thousandths, as `Resources.scalars` gives them. Anything that is no scalar has no column (C-030). */
  quantities(scalars: ReadonlyMap<string, number>): Quantities {
    if (scalars.size === 0) return NO_QUANTITIES;
    const sums: number[] = [];
    for (const [name, milli] of scalars) {
      const column = this.of(name);
      while (sums.length <= column) sums.push(0);
      sums[column]! += milli;
    }
    return sums;
  }
}

/** Adds in place; `sign` -1 takes away. */
export function addQuantities(sums: number[], quantities: Quantities, sign: 1 | -1): void {
  while (sums.length < quantities.length) sums.push(0);
  for (let column = 0; column < quantities.length; column++) sums[column]! += sign * quantities[column]!;
}

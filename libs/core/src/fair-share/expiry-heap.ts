/** Something that ends at a known time; `heapIndex` belongs to the heap. */
export interface Expiring {
  readonly expiresAtMs: number;
  heapIndex: number;
}

/** Soonest first. Items can be taken out early, so that a filter of a year that is revived after a second does not stay for the year. */
export class ExpiryHeap<Item extends Expiring> {
  private readonly items: Item[] = [];

  get size(): number {
    return this.items.length;
  }

  push(item: Item): void {
    this.items.push(item);
    this.rise(this.items.length - 1, item);
  }

  remove(item: Item): void {
    const { items } = this;
    if (items[item.heapIndex] !== item) return;
    const last = items.pop()!;
    if (last === item) return;
    this.sink(this.rise(item.heapIndex, last), last);
  }

  /** Everything that ends at or before `nowMs`, soonest first. */
  popDue(nowMs: number): Item[] {
    const due: Item[] = [];
    for (let first = this.items[0]; first && first.expiresAtMs <= nowMs; first = this.items[0]) {
      this.remove(first);
      due.push(first);
    }
    return due;
  }

  private rise(index: number, item: Item): number {
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.items[parent]!.expiresAtMs <= item.expiresAtMs) break;
      this.set(index, this.items[parent]!);
      index = parent;
    }
    this.set(index, item);
    return index;
  }

  private sink(index: number, item: Item): void {
    const { items } = this;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]!.expiresAtMs < items[child]!.expiresAtMs) child++;
      if (items[child]!.expiresAtMs >= item.expiresAtMs) break;
      this.set(index, items[child]!);
      index = child;
    }
    this.set(index, item);
  }

  private set(index: number, item: Item): void {
    this.items[index] = item;
    item.heapIndex = index;
  }
}

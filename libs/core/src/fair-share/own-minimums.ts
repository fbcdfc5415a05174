import type { MinimumAllocatable } from './minimum-allocatable';

/** The minimums that frameworks have set for themselves (C-059), each once, however many set it. */
export class OwnMinimums {
  private readonly users = new Map<string, { readonly minimum: MinimumAllocatable; count: number }>();
  private list: readonly MinimumAllocatable[] = [];
  private changes = 0;

  /** Grows whenever `all` changes. */
  get version(): number {
    return this.changes;
  }

  get all(): readonly MinimumAllocatable[] {
    return this.list;
  }

  /** Answers whether nobody had set it. */
  add(minimum: MinimumAllocatable): boolean {
    const text = textOf(minimum);
    const known = this.users.get(text);
    if (known) known.count++;
    else this.users.set(text, { minimum, count: 1 });
    if (!known) this.changed();
    return !known;
  }

  remove(minimum: MinimumAllocatable): void {
    const text = textOf(minimum);
    const known = this.users.get(text);
    if (!known || --known.count > 0) return;
    this.users.delete(text);
    this.changed();
  }

  private changed(): void {
    this.changes++;
    this.list = Array.from(this.users.values(), ({ minimum }) => minimum);
  }
}

const textOf = (minimum: MinimumAllocatable): string => JSON.stringify(minimum.map((set) => [...set].sort(([a], [b]) => (a < b ? -1 : 1))));

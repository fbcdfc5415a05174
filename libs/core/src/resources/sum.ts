import type { Entry } from './entry';
import { addValues, isEmptyValue, subtractValues } from './value';

/** Two entries of one identity: copies of what is never merged, else quantities. The first says where a volume appears. */
export const merged = (mine: Entry, added: Entry): Entry =>
  mine.identity.isAtomic ? mine.withCopies(mine.copies + added.copies) : mine.withValue(addValues(mine.value, added.value));

/** What is left of an entry; nothing, where nothing or less would be left. */
export function reduced(mine: Entry, taken: Entry): Entry | undefined {
  if (mine.identity.isAtomic) return mine.copies > taken.copies ? mine.withCopies(mine.copies - taken.copies) : undefined;
  const rest = subtractValues(mine.value, taken.value);
  return isEmptyValue(rest) ? undefined : mine.withValue(rest);
}

/** A collection while it grows. */
export class Sum {
  readonly entries: Entry[] = [];
  private readonly positions = new Map<string, number>();

  add(entry: Entry): void {
    if (isEmptyValue(entry.value)) return;
    const at = this.positions.get(entry.identity.key);
    if (at !== undefined) {
      this.entries[at] = merged(this.entries[at]!, entry);
      return;
    }
    this.positions.set(entry.identity.key, this.entries.length);
    this.entries.push(entry);
  }
}

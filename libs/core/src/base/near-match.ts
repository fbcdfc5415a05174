/** The known name that somebody who typed `name` may have meant; undefined if none is near. */
export function nearMatch(name: string, known: readonly string[]): string | undefined {
  const nearest = known.map((candidate) => ({ candidate, edits: editsBetween(name, candidate) })).sort((a, b) => a.edits - b.edits)[0];
  return nearest && nearest.edits <= Math.max(3, name.length / 3) ? nearest.candidate : undefined;
}

/** Levenshtein's distance, one row at a time. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}

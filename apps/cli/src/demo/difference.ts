import { isDeepStrictEqual } from 'node:util';

/** Something did not come out as the story has it. */
export class Difference extends Error {
  override readonly name = 'Difference';

  constructor(what: string, seen: unknown, expected: unknown) {
    super(`${what}\n  expected: ${inWords(expected)}\n  seen:     ${inWords(seen)}`);
  }
}

/** Throws a Difference unless both are deeply equal. */
export function expectEqual<T>(what: string, seen: T, expected: T): void {
  if (!isDeepStrictEqual(seen, expected)) throw new Difference(what, seen, expected);
}

const inWords = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));

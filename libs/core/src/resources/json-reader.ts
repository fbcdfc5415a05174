import type { Problem } from './problem';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads parsed JSON field by field and remembers the first thing that is wrong; what it answers after that is of no use.
 * Paths in problems look like `resources[0].scalar.value`.
 */
export class JsonReader {
  problem: Problem | undefined;

  /** An object with no fields but these. */
  object(value: unknown, path: string, fields: readonly string[]): JsonObject {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail(path, 'must be an object', {});
    const unknown = Object.keys(value).find((key) => !fields.includes(key));
    if (unknown !== undefined) this.fail(`${path}.${unknown}`, `is not known; known are ${fields.join(', ')}`, undefined);
    return value as JsonObject;
  }

  optionalObject(value: unknown, path: string, fields: readonly string[]): JsonObject | undefined {
    return value === undefined ? undefined : this.object(value, path, fields);
  }

  list(value: unknown, path: string): readonly unknown[] {
    return Array.isArray(value) ? value : this.fail(path, 'must be a list', []);
  }

  text(value: unknown, path: string): string {
    return typeof value === 'string' ? value : this.fail(path, 'must be a text', '');
  }

  optionalText(value: unknown, path: string): string | undefined {
    return value === undefined ? undefined : this.text(value, path);
  }

  number(value: unknown, path: string): number {
    return typeof value === 'number' ? value : this.fail(path, 'must be a number', 0);
  }

  oneOf<T extends string>(value: unknown, path: string, words: readonly [T, ...T[]]): T {
    const word = words.find((candidate) => candidate === value);
    return word ?? this.fail(path, `must be ${words.join(' or ')}`, words[0]);
  }

  fail<T>(path: string, problem: string, instead: T): T {
    this.problem ??= { field: path, problem };
    return instead;
  }
}

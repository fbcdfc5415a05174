import type { z } from 'zod';

/** How one environment variable becomes one setting. */
export interface Field<T> {
  /** The environment variable. */
  readonly name: string;
  /** `secret` and `url` are masked where they are shown; `port` is named when it is in use. */
  readonly kind: 'port' | 'text' | 'secret' | 'url' | 'number' | 'flag' | 'choice';
  /** What a value must look like; read after "expected". */
  readonly expects: string;
  readonly help: string;
  readonly default: Default<T>;
  readonly schema: z.ZodType<T, string>;
  /** The value as one would write it, where it is no text or number itself. */
  write?(value: NonNullable<T>): string;
}

/** The value of another variable of the same definition. */
export interface SameAs {
  readonly sameAs: string;
}

export type Default<T> = T | SameAs;

/** Where the variable is not set, the value of `name`, another field of the same definition. */
export const sameAs = (name: string): SameAs => ({ sameAs: name });

export const isSameAs = (value: unknown): value is SameAs => typeof value === 'object' && value !== null && 'sameAs' in value;

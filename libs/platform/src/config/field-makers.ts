import { assert } from '@holdfast/core/base';
import { z } from 'zod';
import type { Default, Field } from './field';

export interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
}

/** A TCP port; 0 means any free one. */
export const port = (name: string, fallback: Default<number>, help: string): Field<number> => ({
  ...integer(name, fallback, help, { min: 0, max: 65535 }),
  kind: 'port',
  expects: 'a port from 0 (any free one) to 65535',
});

export const text = (name: string, fallback: Default<string>, help: string): Field<string> => ({
  name,
  kind: 'text',
  expects: 'text',
  help,
  default: fallback,
  schema: z.string(),
});

/** Text that may be left out. */
export const optionalText = (name: string, fallback: Default<string | undefined>, help: string): Field<string | undefined> => ({
  ...text(name, '', help),
  default: fallback,
  schema: z.string(),
});

/** Text that is never shown; may be left out. */
export const secretText = (name: string, fallback: Default<string | undefined>, help: string): Field<string | undefined> => ({
  ...optionalText(name, fallback, help),
  kind: 'secret',
});

/** An address with a scheme; a password in it is never shown. */
export const url = (name: string, fallback: Default<string>, help: string): Field<string> => ({
  name,
  kind: 'url',
  expects: 'a URL such as redis://127.0.0.1:6379',
  help,
  default: fallback,
  schema: z.string().refine((value) => URL.canParse(value) && value.includes('://')),
});

export const integer = (name: string, fallback: Default<number>, help: string, { min, max }: NumberLimits = {}): Field<number> => ({
  name,
  kind: 'number',
  expects: `a whole number${rangeText(min, max)}`,
  help,
  default: fallback,
  schema: z
    .string()
    .regex(/^[+-]?\d+$/)
    .transform(Number)
    .pipe(
      z
        .int()
        .min(min ?? Number.MIN_SAFE_INTEGER)
        .max(max ?? Number.MAX_SAFE_INTEGER),
    ),
});

/** Milliseconds; the name says so. */
export function durationMs(name: string, fallback: Default<number>, help: string, limits: NumberLimits = {}): Field<number> {
  assert(name.endsWith('_MS'), `the name of a duration ends in _MS: ${name}`);
  const range = { min: 0, ...limits };
  return { ...integer(name, fallback, help, range), expects: `milliseconds: a whole number${rangeText(range.min, range.max)}` };
}

/** Milliseconds that may be left out; the help says what that means. */
export const optionalDurationMs = (name: string, help: string, limits: NumberLimits = {}): Field<number | undefined> => ({
  ...durationMs(name, 0, help, limits),
  default: undefined,
});

/** Where something stands, as `region/zone`; may be left out. */
export const regionAndZone = (name: string, help: string): Field<RegionAndZone | undefined> => ({
  name,
  kind: 'text',
  expects: 'region/zone, such as europe/zone-a',
  help,
  default: undefined,
  schema: z
    .string()
    .regex(/^[^/\s]+\/[^/\s]+$/)
    .transform((value) => {
      const [region = '', zone = ''] = value.split('/');
      return { region, zone };
    }),
  write: ({ region, zone }) => `${region}/${zone}`,
});

export interface RegionAndZone {
  readonly region: string;
  readonly zone: string;
}

export const flag = (name: string, fallback: Default<boolean>, help: string): Field<boolean> => ({
  name,
  kind: 'flag',
  expects: 'true or false',
  help,
  default: fallback,
  schema: z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1'),
});

export const oneOf = <const C extends string>(name: string, fallback: Default<C>, help: string, choices: readonly C[]): Field<C> => ({
  name,
  kind: 'choice',
  expects: `one of ${choices.join(', ')}`,
  help,
  default: fallback,
  schema: z.enum(choices as readonly [C, ...C[]]) as unknown as z.ZodType<C, string>,
});

function rangeText(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return `, at least ${min}`;
  return max === undefined ? '' : `, at most ${max}`;
}

import { malformed, required } from './edge';

/** An unsigned integer that a JavaScript number holds exactly: at most 2^53 − 1. */
export function readCount(value: bigint | undefined, field: string): number {
  const count = Number(required(value, field));
  if (count > Number.MAX_SAFE_INTEGER) malformed(field, `must not be above ${Number.MAX_SAFE_INTEGER}`);
  if (count < 0) malformed(field, 'must not be negative');
  return count;
}

export const readOptionalCount = (value: bigint | undefined, field: string): number | undefined =>
  value === undefined ? undefined : readCount(value, field);

export const writeCount = (count: number): bigint => BigInt(count);

export const writeOptionalCount = (count: number | undefined): bigint | undefined => (count === undefined ? undefined : BigInt(count));

import { malformed } from '../codec/edge';
import { LONG_INTEGER } from './parse-json';

/** Half a surrogate pair, which no UTF-8 can say. */
const HALF_A_CHARACTER = /\p{Surrogate}/u;

/** As numbers are written, in JSON and within strings; some clients put zeros in front. */
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const INTEGER = /^-?\d+$/;

/** 2^64 has twenty digits; longer texts need not be read to be out of range. */
const LONGEST_INTEGER = 21;
const LONGEST_NUMBER = 400;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const WHITE_SPACE = /[ \t\r\n\v\f]+/g;

const isLongInteger = (json: string): boolean => json.startsWith(LONG_INTEGER);

/** Not a long integer in disguise. */
export const isText = (json: unknown): json is string => typeof json === 'string' && !isLongInteger(json);

export function readString(json: unknown): string {
  if (!isText(json)) return malformed('', 'must be a string');
  return HALF_A_CHARACTER.test(json) ? malformed('', 'holds half a surrogate pair, which is no character') : json;
}

/** White space is skipped, and padding may be missing. */
export function readBytesText(json: unknown): Uint8Array {
  if (!isText(json)) return malformed('', 'must be a string of base64');
  const text = json.replace(WHITE_SPACE, '');
  const isWhole = BASE64.test(text) && text.replace(/=+$/, '').length % 4 !== 1;
  return isWhole ? Buffer.from(text, 'base64') : malformed('', 'is not base64 of the standard alphabet');
}

export function readBoolean(json: unknown): boolean {
  if (json === true || json === 'true') return true;
  if (json === false || json === 'false') return false;
  return malformed('', 'must be true or false');
}

/** The text of a number, wherever it stands. */
const digitsOf = (json: string): string => (isLongInteger(json) ? json.slice(LONG_INTEGER.length) : json);

export function readDouble(json: unknown): number {
  if (json === 'Infinity') return Infinity;
  if (json === '-Infinity') return -Infinity;
  const value = typeof json === 'string' ? numberIn(digitsOf(json)) : json;
  if (typeof value !== 'number') return malformed('', 'must be a number');
  return Number.isFinite(value) ? value : malformed('', 'is out of range');
}

export function readInteger(json: unknown, least: bigint, most: bigint): bigint {
  const value = integerIn(json);
  return value < least || value > most ? malformed('', `is out of range: must be from ${least} to ${most}`) : value;
}

function integerIn(json: unknown): bigint {
  if (typeof json === 'string') {
    const digits = digitsOf(json);
    if (INTEGER.test(digits)) return digits.length <= LONGEST_INTEGER ? BigInt(digits) : malformed('', 'is out of range');
    return integerOf(numberIn(digits));
  }
  return typeof json === 'number' ? integerOf(json) : malformed('', 'must be a whole number');
}

function integerOf(value: number): bigint {
  if (!Number.isFinite(value)) return malformed('', 'is out of range');
  return Number.isInteger(value) ? BigInt(value) : malformed('', `must be a whole number, not ${value}`);
}

function numberIn(text: string): number {
  if (text.length > LONGEST_NUMBER) malformed('', `has more than ${LONGEST_NUMBER} characters, too many for a number`);
  return NUMBER.test(text) ? Number(text) : malformed('', 'must be a number');
}

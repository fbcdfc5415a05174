import { malformed } from '../codec/edge';

/** Deeper than any call needs, and far from where recursion would overflow. */
const DEEPEST = 100;

/** Longer integers may be more than a JavaScript number holds exactly. */
const DIGITS_HELD = 15;

/**
 * Marks the digits of a long integer that stands in a string instead. No text can begin so: the second half of a surrogate pair
 * without the first is no character, and is refused.
 */
export const LONG_INTEGER = '\udc00';
const LONG_INTEGER_JSON = Buffer.from('"\\udc00');

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT, MINUS, DOT, ZERO, NINE] = Buffer.from('"\\[]{}-.09');

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A JSON text, whole and of bounded depth. Long integers come back as strings that begin with LONG_INTEGER. Throws Malformed. */
export function parseJson(body: Uint8Array): unknown {
  const longIntegers = scan(body);
  const bytes = longIntegers.length === 0 ? body : withLongIntegersAsText(body, longIntegers);
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    return malformed('', 'is not UTF-8');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    return malformed('', `is not JSON: ${(cause as Error).message}`);
  }
}

/** Refuses what is too deep before anything recurses into it. Answers where the long integers begin and end, one after the other. */
function scan(body: Uint8Array): number[] {
  const longIntegers: number[] = [];
  let depth = 0;
  let at = 0;
  while (at < body.length) {
    const byte = body[at]!;
    if (byte === QUOTE) at = afterText(body, at);
    else if (byte === MINUS || isDigit(byte)) {
      const end = afterNumber(body, at);
      if (end - at > DIGITS_HELD && isInteger(body, at, end)) longIntegers.push(at, end);
      at = end;
    } else {
      if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        if (++depth > DEEPEST) malformed('', `is nested deeper than ${DEEPEST} levels`);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
      at++;
    }
  }
  return longIntegers;
}

const isDigit = (byte: number): boolean => byte >= ZERO! && byte <= NINE!;

function afterText(body: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Everything that can be part of a number, be it in the wrong order: the parser finds that. */
function afterNumber(body: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < body.length && isOfNumber(body[at]!)) at++;
  return at;
}

/** Digits, signs, the point, `e` and `E`. */
const isOfNumber = (byte: number): boolean =>
  isDigit(byte) || byte === MINUS || byte === DOT || byte === 0x2b || byte === 0x65 || byte === 0x45;

function isInteger(body: Uint8Array, start: number, end: number): boolean {
  const first = body[start] === MINUS ? start + 1 : start;
  // A number that begins with 0 goes on with a point or is no JSON.
  if (body[first] === ZERO) return false;
  for (let at = first; at < end; at++) if (!isDigit(body[at]!)) return false;
  return true;
}

function withLongIntegersAsText(body: Uint8Array, longIntegers: readonly number[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let at = 0; at < longIntegers.length; at += 2) {
    const [start, end] = [longIntegers[at]!, longIntegers[at + 1]!];
    parts.push(body.subarray(from, start), LONG_INTEGER_JSON, body.subarray(start, end), Buffer.from('"'));
    from = end;
  }
  parts.push(body.subarray(from));
  return Buffer.concat(parts);
}

import { RE2JS, RE2JSException } from 're2js';
import { ok, refuse, refused, type Result } from '@holdfast/core/base';

/** In bytes; C-060. */
const LONGEST_PATTERN_BYTES = 4096;
/** In instructions of the compiled program; C-060. */
const LARGEST_PROGRAM = 100;

/**
 * A test of whole texts, in the syntax of RE2, whose time grows with the text only, not with what a pattern makes of it: patterns come from
 * frameworks. Refuses with `invalid_argument` what RE2 cannot read and what is beyond the limits of C-060.
 */
export function compileRegex(pattern: string): Result<(text: string) => boolean> {
  const bytes = Buffer.byteLength(pattern);
  if (bytes > LONGEST_PATTERN_BYTES) return problem(`the pattern has ${bytes} bytes; at most ${LONGEST_PATTERN_BYTES} are taken.`);
  try {
    for (const copies of CAREFULLY) {
      const careful = withCopiesAtMost(pattern, copies);
      if (careful !== pattern && RE2JS.compile(careful).programSize() > LARGEST_PROGRAM) return tooComplex(pattern);
    }
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > LARGEST_PROGRAM) return tooComplex(pattern);
    return ok((text) => compiled.testExact(text));
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return problem(`${shown(pattern)}: ${shown(error.message)}.`);
  }
}

/**
 * Compiling writes the operand of `{1000}` a thousand times, and a pattern of a few kilobytes comes to more than a million instructions that
 * way, in a second. What is too large with fewer copies is too large with all, and each step can be only so much larger than the one before.
 */
const CAREFULLY = [1, 4] as const;

const withCopiesAtMost = (pattern: string, most: number): string =>
  pattern.replace(/\{(\d+)(?:(,)(\d*))?\}/g, (_, least: string, comma = '', upTo = '') => {
    const capped = (digits: string) => (digits === '' ? '' : String(Math.min(Number(digits), most)));
    return `{${capped(least)}${comma}${capped(upTo)}}`;
  });

const problem = (text: string): Result<never> => refused(refuse('invalid_argument', { field: 'regex', problem: text }));

/** A refusal need not be as long as the pattern. */
const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

const tooComplex = (pattern: string): Result<never> =>
  problem(`${shown(pattern)} is too complex: its program has more than ${LARGEST_PROGRAM} instructions.`);

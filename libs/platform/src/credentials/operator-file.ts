import { open } from 'node:fs/promises';
import type { Result } from '@holdfast/core/base';

/** A file by which an operator says who may do what, once it was read and found right. */
export interface OperatorFile<T> {
  readonly value: T;
  /** Sentences for the log; the file is used all the same. */
  readonly warnings: readonly string[];
}

/** The file is not there, not JSON, not right, or not safe to believe. Whoever needs it does not start. */
export class OperatorFileFault extends Error {
  override readonly name = 'OperatorFileFault';
}

export interface OperatorFileKind<T> {
  /** `credentials`, `ACLs`: what the file is called in messages. */
  readonly what: string;
  readonly parse: (json: unknown) => Result<T>;
  /** Others should not read it either. */
  readonly isPrivate: boolean;
}

const WRITABLE_BY_OTHERS = 0o002;
const READABLE_BY_OTHERS = 0o004;

/**
 * A file that everybody may write is refused: anyone on the machine could let themselves in. One that others can read is a warning only:
 * it holds hashes, and containers often mount secrets that way.
 */
export async function readOperatorFile<T>(path: string, { what, parse, isPrivate }: OperatorFileKind<T>): Promise<OperatorFile<T>> {
  const fail = (problem: string, cause?: unknown) =>
    new OperatorFileFault(`The file with the ${what}, ${path}, ${problem}`, cause === undefined ? undefined : { cause });
  const { text, mode } = await readWithMode(path).catch((cause: NodeJS.ErrnoException) => {
    throw fail(`cannot be read (${cause.code}).`, cause);
  });
  if (mode & WRITABLE_BY_OTHERS) throw fail(`can be written by everybody on this machine; run: chmod o-w ${path}`);
  const parsed = parse(parseJson(text, fail));
  if (!parsed.ok) throw fail(`is wrong. ${parsed.refusal.message}`);
  const isExposed = isPrivate && (mode & READABLE_BY_OTHERS) !== 0;
  return {
    value: parsed.value,
    warnings: isExposed ? [`The file with the ${what}, ${path}, can be read by everybody on this machine; run: chmod o-r ${path}`] : [],
  };
}

async function readWithMode(path: string): Promise<{ readonly text: string; readonly mode: number }> {
  const file = await open(path, 'r');
  try {
    const { mode } = await file.stat();
    return { text: await file.readFile('utf8'), mode };
  } finally {
    await file.close();
  }
}

/** The parser's own words quote the file, which may hold a secret: only the place is told. */
function parseJson(text: string, fail: (problem: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec(String(error))?.[1];
    const before = at === undefined ? undefined : text.slice(0, Number(at)).split('\n');
    throw fail(before === undefined ? 'is not JSON.' : `is not JSON (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}).`);
  }
}

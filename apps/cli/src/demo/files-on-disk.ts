import { existsSync, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';

export interface WaitOptions {
  readonly timeoutMs?: number;
  /** What is waited for, as the error is to say it. */
  readonly what: string;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** Some file systems tell nobody about changes; there, the file is looked at now and then. */
const LOOK_AGAIN_MS = 500;

/** The file's content, once it is there and `holds`. */
export const untilFile = (path: string, holds: (content: string) => boolean, options: WaitOptions): Promise<string> =>
  untilSeen(
    dirname(path),
    () => {
      const content = readIfThere(path);
      return content !== undefined && holds(content) ? content : undefined;
    },
    () => `${options.what}: ${path} ${describeContent(readIfThere(path))}`,
    options.timeoutMs,
  );

/** Resolves once nothing is at this path. */
export async function untilGone(path: string, options: WaitOptions): Promise<void> {
  await untilSeen(
    dirname(path),
    () => (existsSync(path) ? undefined : true),
    () => `${options.what}: ${path} is still there`,
    options.timeoutMs,
  );
}

/** Looks whenever something changes in the directory. */
function untilSeen<T>(dir: string, look: () => T | undefined, complaint: () => string, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<T> {
  const first = look();
  if (first !== undefined) return Promise.resolve(first);
  return new Promise((resolve, reject) => {
    const check = () => {
      const seen = look();
      if (seen !== undefined) settle(() => resolve(seen));
    };
    // None of these keeps the process: a story that is broken off does not wait for them.
    const watcher = existsSync(dir) ? watch(dir, { persistent: false }, check).on('error', check) : undefined;
    const again = setInterval(check, LOOK_AGAIN_MS).unref();
    const late = () => settle(() => reject(new Error(`Not within ${timeoutMs / 1000} s: ${complaint()}.`)));
    const timer = setTimeout(late, timeoutMs).unref();
    const settle = (act: () => void) => {
      watcher?.close();
      clearInterval(again);
      clearTimeout(timer);
      act();
    };
    check();
  });
}

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const describeContent = (content: string | undefined): string =>
  content === undefined
    ? 'does not exist'
    : content === ''
      ? 'is empty'
      : `ends with "${content.trimEnd().split('\n').slice(-2).join(' / ')}"`;

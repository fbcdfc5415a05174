import { setTimeout as pause } from 'node:timers/promises';

export interface EventuallyOptions {
  /** After this it rejects; 45 s by default, which is before jest gives the test up. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 45_000;
const ASK_AGAIN_MS = 5;

/**
 * Resolves as soon as something is so that nobody announces. Rejects with the condition's own text when it is not so in time, or does not
 * answer: a loop without an end would outlive its test, and jest could not exit.
 */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: EventuallyOptions = {},
): Promise<void> {
  // Made here, so that its stack leads to the test.
  const late = new Error(`not within ${timeoutMs} ms: ${String(condition)}`);
  const over = new AbortController();
  const ask = async () => {
    while (!(await condition())) await pause(ASK_AGAIN_MS, undefined, { signal: over.signal });
  };
  let timer: NodeJS.Timeout | undefined;
  const outOfTime = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), timeoutMs);
  });
  try {
    await Promise.race([ask(), outOfTime]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

import type { Terminal } from './terminal';

const PATIENCE_MS = 2000;

/** Where somebody looks on and it takes longer than two seconds: a line that says what is going on, and goes away again. */
export async function whileWaiting<T>(terminal: Terminal, text: (elapsedMs: number) => string, work: Promise<T>): Promise<T> {
  const startedMs = performance.now();
  let ticking: NodeJS.Timeout | undefined;
  const show = () => terminal.fleeting(text(performance.now() - startedMs));
  const waiting = setTimeout(() => {
    show();
    ticking = setInterval(show, 1000);
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearTimeout(waiting);
    if (ticking !== undefined) {
      clearInterval(ticking);
      terminal.fleeting('');
    }
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import { isSame, violation, type Violation } from './violation';

const LOOK_MS = 500;

/**
 * What every look sees until `settleMs` are over: a live cluster is never seen in one instant, so what differs in one look and not in the next
 * was only on its way. A look that could not be taken shows nothing; when none could, that is told.
 */
export async function persisting(
  look: () => Promise<readonly Violation[]>,
  settleMs: number,
  signal: AbortSignal,
): Promise<readonly Violation[]> {
  const untilMs = Date.now() + settleMs;
  let persistent: readonly Violation[] | undefined;
  let lastFailure: unknown;
  for (;;) {
    try {
      const seen = await look();
      persistent = persistent === undefined ? seen : seen.filter((one) => persistent?.some((earlier) => isSame(earlier, one)));
    } catch (error) {
      lastFailure = error;
    }
    if (persistent?.length === 0) return persistent;
    if (Date.now() > untilMs) return persistent ?? [violation('look', `the cluster cannot be looked at: ${String(lastFailure)}`)];
    await pause(LOOK_MS, undefined, { signal });
  }
}

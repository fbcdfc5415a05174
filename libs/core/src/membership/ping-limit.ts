/**
 * How many pings in a row an agent may leave unanswered before it is unreachable (D-070). Pings are counted, rather than the time by the
 * clock: a clock that is set forward, or a master that was stopped for a while, makes no agent unreachable.
 */
export const pingsBeforeUnreachable = (timeoutMs: number, intervalMs: number): number => Math.max(1, Math.ceil(timeoutMs / intervalMs));

export interface Batcher<T> {
  push(item: T): void;
  /** Hands over what waits, now. */
  flushNow(): void;
}

/**
 * Collects items and hands them over in order: as soon as there are `maxItems` (100 if not given: beyond that nothing is
 * gained, toolchain 2b), else at the end of the event-loop turn.
 */
export function createBatcher<T>(options: { readonly flush: (items: T[]) => void; readonly maxItems?: number }): Batcher<T> {
  const maxItems = options.maxItems ?? 100;
  let waiting: T[] = [];
  let turnEnd: NodeJS.Immediate | undefined;

  const flushNow = () => {
    if (turnEnd) clearImmediate(turnEnd);
    turnEnd = undefined;
    if (waiting.length === 0) return;
    // Taken away first: `flush` may push again.
    const items = waiting;
    waiting = [];
    options.flush(items);
  };

  return {
    push(item) {
      waiting.push(item);
      if (waiting.length >= maxItems) flushNow();
      else turnEnd ??= setImmediate(flushNow);
    },
    flushNow,
  };
}

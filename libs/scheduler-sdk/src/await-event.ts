import type { EventEmitter } from 'node:events';
import type { SchedulerEvents } from './scheduler-events';

export interface AwaitOptions {
  /** After this the promise rejects; 30 s by default. */
  readonly timeoutMs?: number;
  /** What is waited for, as the error is to say it. */
  readonly what?: string;
}

/** What was waited for did not happen in time. */
export class AwaitTimeoutError extends Error {
  override readonly name = 'AwaitTimeoutError';
}

/** The subscription ended while somebody waited for an event of it. */
export class SubscriptionEndedError extends Error {
  override readonly name = 'SubscriptionEndedError';
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** Resolves with the first value that `pick` makes of an event; listens, never polls. Listeners and timer are gone afterwards. */
export function awaitEvent<K extends keyof SchedulerEvents, T>(
  emitter: EventEmitter<SchedulerEvents>,
  event: K,
  pick: (...args: SchedulerEvents[K]) => T | undefined,
  { timeoutMs = DEFAULT_TIMEOUT_MS, what = `event ${event}` }: AwaitOptions = {},
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    // EventEmitter's types cannot follow a generic event name; our own signature above does.
    const events: EventEmitter = emitter as unknown as EventEmitter;
    const settle = (act: () => void) => {
      clearTimeout(timer);
      events.off(event, onEvent);
      events.off('ended', onEnded);
      act();
    };
    const onEvent = (...args: SchedulerEvents[K]) => {
      const value = pick(...args);
      if (value !== undefined) settle(() => resolve(value));
    };
    const onEnded = (reason: string) => settle(() => reject(new SubscriptionEndedError(`${what}: the subscription has ended: ${reason}`)));
    const timer = setTimeout(() => settle(() => reject(new AwaitTimeoutError(`${what}: not within ${timeoutMs} ms`))), timeoutMs);
    events.on(event, onEvent);
    events.on('ended', onEnded);
  });
}

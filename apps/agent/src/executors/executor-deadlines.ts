import type { ExecutorTimes } from './executor-deps';
import { type EndCause, notRegistered, notReregistered } from './executor-end';
import type { ExecutorHistory, ExecutorRecord } from './executor-record';

/** How long an executor that is not subscribed may take to be, and what is said of it if it does not (D-059). */
export function subscriptionDue(
  { startedMs }: Pick<ExecutorRecord, 'startedMs'>,
  { hasSubscribed }: Pick<ExecutorHistory, 'hasSubscribed'>,
  { registrationTimeoutMs, reregistrationTimeoutMs }: Omit<ExecutorTimes, 'heartbeatIntervalMs'>,
  nowMs: number,
): { readonly leftMs: number; readonly cause: EndCause } {
  if (hasSubscribed) return { leftMs: reregistrationTimeoutMs, cause: notReregistered(reregistrationTimeoutMs) };
  const leftMs = Math.max(0, registrationTimeoutMs - Math.max(0, nowMs - startedMs));
  return { leftMs, cause: notRegistered(registrationTimeoutMs) };
}

/** What is left of its time to end by itself. One that has never subscribed has nothing to end in good order. */
export function graceLeftMs({ shutdown, hasSubscribed }: Pick<ExecutorHistory, 'shutdown' | 'hasSubscribed'>, nowMs: number): number {
  return shutdown && hasSubscribed ? Math.max(0, shutdown.graceMs - Math.max(0, nowMs - shutdown.startMs)) : 0;
}

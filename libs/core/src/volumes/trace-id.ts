/** The trace id within a W3C traceparent (`00-<trace>-<span>-<flags>`), for the history; absent when there is none. */
export function traceIdOf(traceParent: string | undefined): string | undefined {
  return traceParent ? /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceParent)?.[1] : undefined;
}

import { type Context, isSpanContextValid, type SpanContext, trace, TraceFlags } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { isTracing } from './tracing-switch';

/** The active span as a W3C `traceparent`, to travel in a message or a job; undefined where there is none. */
export function currentTraceParent(): string | undefined {
  if (!isTracing()) return undefined;
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? traceParentOf(span) : undefined;
}

export function traceParentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`;
}

/** What a `traceparent` names; undefined where it is malformed: a trace is never worth a failed call. */
export function spanContextOf(traceParent: string): SpanContext | undefined {
  const parsed = parseTraceParent(traceParent);
  return parsed && isSpanContextValid(parsed) ? { ...parsed, isRemote: true } : undefined;
}

/** `base`, with the span that `traceParent` names as the parent of what follows. */
export function underTraceParent(base: Context, traceParent: string | undefined): Context {
  const parent = traceParent === undefined ? undefined : spanContextOf(traceParent);
  return parent ? trace.setSpanContext(base, parent) : base;
}

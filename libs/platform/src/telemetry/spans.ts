import {
  type Attributes,
  type AttributeValue,
  context,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { spanContextOf, underTraceParent } from './trace-parent';
import { isTracing } from './tracing-switch';

export type SpanAttributes = Attributes;

/** What the work under a span may say about itself. */
export interface ActiveSpan {
  setAttribute(name: string, value: AttributeValue): void;
  addEvent(name: string, attributes?: SpanAttributes): void;
}

export interface SpanOptions {
  /** W3C `traceparent` of the parent; without it the active span is the parent. */
  readonly traceParent?: string;
  /** Traceparents of other spans that led to this one. */
  readonly links?: readonly string[];
  /** A new trace, whatever is active. */
  readonly root?: boolean;
}

const TRACER = 'holdfast';

/** Handed to the work when nothing is traced. */
const NO_SPAN: ActiveSpan = Object.freeze({ setAttribute: () => undefined, addEvent: () => undefined });

/**
 * Runs `work` under a span, which ends when the work does, or when the promise that it returns settles; what it throws
 * is recorded and thrown on. Without tracing this is one comparison and the call.
 */
export function withSpan<T>(name: string, attributes: SpanAttributes, work: (span: ActiveSpan) => T, options?: SpanOptions): T {
  if (!isTracing()) return work(NO_SPAN);
  const parent = parentOf(options);
  const span = trace.getTracer(TRACER).startSpan(name, { attributes, links: linksOf(options) }, parent);
  try {
    const result = context.with(trace.setSpan(parent, span), work, undefined, span);
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    return result.then(
      (value) => {
        span.end();
        return value;
      },
      (error: unknown) => {
        endFailed(span, error);
        throw error;
      },
    ) as T;
  } catch (error) {
    endFailed(span, error);
    throw error;
  }
}

/** Records a span of something that is over already; times in milliseconds since 1970. */
export function recordSpan(
  name: string,
  attributes: SpanAttributes,
  times: { readonly startMs: number; readonly endMs: number },
  options?: SpanOptions,
): void {
  if (!isTracing()) return;
  trace
    .getTracer(TRACER)
    .startSpan(name, { attributes, links: linksOf(options), startTime: exactly(times.startMs) }, parentOf(options))
    .end(exactly(times.endMs));
}

/** The SDK takes a small number for time since the process began; a pair it takes as it stands. */
const exactly = (ms: number): [number, number] => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];

const parentOf = (options: SpanOptions | undefined): Context =>
  underTraceParent(options?.root ? ROOT_CONTEXT : context.active(), options?.traceParent);

function linksOf(options: SpanOptions | undefined): Link[] {
  const links: Link[] = [];
  for (const traceParent of options?.links ?? []) {
    const linked = spanContextOf(traceParent);
    if (linked) links.push({ context: linked });
  }
  return links;
}

function endFailed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
  if (error instanceof Error) span.recordException(error);
  span.end();
}

import { type Span, SpanKind, type Telemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';

/** Stands for a span that nobody wants to see. */
const NO_SPAN: Span = {
  setSpanOnContext: (context) => context,
  setAttribute: () => undefined,
  setAttributes: () => undefined,
  addEvent: () => undefined,
  recordException: () => undefined,
  end: () => undefined,
};

/**
 * BullMQ's own OpenTelemetry package, for what is asked and what is done. Its internal spans (looking for work, for stalled jobs)
 * come every second whether anything happens or not.
 */
export function jobTelemetry(): Telemetry {
  const everything = new BullMQOtel({ tracerName: 'holdfast-jobs' });
  return {
    contextManager: everything.contextManager,
    tracer: {
      startSpan: (name, options, context) =>
        options?.kind === SpanKind.INTERNAL ? NO_SPAN : everything.tracer.startSpan(name, options, context),
    },
  };
}

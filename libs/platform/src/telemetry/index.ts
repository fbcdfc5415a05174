export { recordSpan, withSpan, type SpanOptions, type SpanAttributes, type ActiveSpan } from './spans';
export { currentTraceParent } from './trace-parent';
export { counter, histogram, observableGauge, collectMetrics } from './metrics';
export { isTracing, leaveUntraced, stopTelemetry } from './tracing-switch';
export { ATTR } from './attributes';

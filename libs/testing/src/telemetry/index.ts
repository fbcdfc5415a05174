export { startTraceCollector, type TraceCollector } from './trace-collector';
export type { RecordedSpan, SpanAttribute } from './recorded-span';

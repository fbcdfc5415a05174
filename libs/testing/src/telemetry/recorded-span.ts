export type SpanAttribute = string | number | boolean | readonly SpanAttribute[];

/** A span as it came over the wire; ids in hexadecimal, as in a traceparent. */
export interface RecordedSpan {
  /** The `service.name` of the process that sent it. */
  readonly service: string;
  /** The instrumentation that made it. */
  readonly scope: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the root of a trace. */
  readonly parentSpanId: string;
  readonly kind: 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, SpanAttribute>>;
  readonly events: readonly string[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly failed: boolean;
}

/** ExportTraceServiceRequest as proto-loader decodes it: every field present, 64-bit numbers as text. */
export interface ExportRequest {
  readonly resource_spans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] } | null;
    readonly scope_spans: readonly { readonly scope: { readonly name: string } | null; readonly spans: readonly WireSpan[] }[];
  }[];
}

interface WireSpan {
  readonly trace_id: Buffer;
  readonly span_id: Buffer;
  readonly parent_span_id: Buffer;
  readonly name: string;
  readonly kind: number;
  readonly start_time_unix_nano: string;
  readonly end_time_unix_nano: string;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly { readonly name: string }[];
  readonly links: readonly { readonly trace_id: Buffer; readonly span_id: Buffer }[];
  readonly status: { readonly code: number } | null;
}

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue | null;
}

interface AnyValue {
  readonly value?: 'string_value' | 'bool_value' | 'int_value' | 'double_value' | 'array_value';
  readonly string_value?: string;
  readonly bool_value?: boolean;
  readonly int_value?: string;
  readonly double_value?: number;
  readonly array_value?: { readonly values: readonly AnyValue[] };
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUS_ERROR = 2;

/** The spans of one export, flattened. */
export function spansOf(request: ExportRequest): RecordedSpan[] {
  return request.resource_spans.flatMap(({ resource, scope_spans }) => {
    const service = String(attributesOf(resource?.attributes ?? [])['service.name'] ?? '');
    return scope_spans.flatMap(({ scope, spans }) => spans.map((span) => recorded(service, scope?.name ?? '', span)));
  });
}

function recorded(service: string, scope: string, span: WireSpan): RecordedSpan {
  return {
    service,
    scope,
    name: span.name,
    traceId: span.trace_id.toString('hex'),
    spanId: span.span_id.toString('hex'),
    parentSpanId: span.parent_span_id.toString('hex'),
    kind: KINDS[span.kind] ?? 'unspecified',
    startMs: milliseconds(span.start_time_unix_nano),
    endMs: milliseconds(span.end_time_unix_nano),
    attributes: attributesOf(span.attributes),
    events: span.events.map((event) => event.name),
    links: span.links.map((link) => ({ traceId: link.trace_id.toString('hex'), spanId: link.span_id.toString('hex') })),
    failed: span.status?.code === STATUS_ERROR,
  };
}

const milliseconds = (nanoseconds: string): number => Number(BigInt(nanoseconds) / 1000n) / 1000;

const attributesOf = (pairs: readonly KeyValue[]): Record<string, SpanAttribute> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value ? attributeOf(value) : '']));

function attributeOf(value: AnyValue): SpanAttribute {
  switch (value.value) {
    case 'bool_value':
      return value.bool_value ?? false;
    case 'int_value':
      return Number(value.int_value);
    case 'double_value':
      return value.double_value ?? 0;
    case 'array_value':
      return (value.array_value?.values ?? []).map(attributeOf);
    default:
      return value.string_value ?? '';
  }
}

import { join } from 'node:path';
import { loadPackageDefinition, Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type ExportRequest, type RecordedSpan, spansOf } from './recorded-span';

/** An OpenTelemetry collector of one's own: takes OTLP over gRPC and keeps every span. */
export interface TraceCollector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** All spans so far, in the order in which they came. */
  readonly spans: readonly RecordedSpan[];
  /** Resolves with the first span that fits, past or future; rejects after `timeoutMs` (45 000) and tells what there is. */
  waitForSpan(fits: (span: RecordedSpan) => boolean, timeoutMs?: number): Promise<RecordedSpan>;
  stop(): void;
}

interface Waiter {
  readonly fits: (span: RecordedSpan) => boolean;
  readonly resolve: (span: RecordedSpan) => void;
}

/** Listens on a free port of the loopback interface. */
export async function startTraceCollector(): Promise<TraceCollector> {
  const spans: RecordedSpan[] = [];
  const waiters = new Set<Waiter>();
  const server = new Server();
  server.addService(traceService(), {
    Export: (call: ServerUnaryCall<ExportRequest, object>, answer: sendUnaryData<object>) => {
      for (const span of spansOf(call.request)) {
        spans.push(span);
        for (const waiter of waiters) if (waiter.fits(span)) waiter.resolve(span);
      }
      answer(null, {});
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)));
  });

  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    waitForSpan: (fits, timeoutMs = 45_000) =>
      new Promise((resolve, reject) => {
        const there = spans.find(fits);
        if (there) return resolve(there);
        const waiter: Waiter = {
          fits,
          resolve: (span) => {
            clearTimeout(timer);
            waiters.delete(waiter);
            resolve(span);
          },
        };
        const timer = setTimeout(() => {
          waiters.delete(waiter);
          reject(
            new Error(`no such span within ${timeoutMs} ms; there are: ${spans.map((span) => `${span.service}/${span.name}`).join(', ')}`),
          );
        }, timeoutMs);
        waiters.add(waiter);
      }),
    stop: () => server.forceShutdown(),
  };
}

function traceService(): ServiceDefinition {
  const definition = loadSync(join(__dirname, 'otlp-trace.proto'), { keepCase: true, longs: String, defaults: true, oneofs: true });
  const loaded = loadPackageDefinition(definition) as unknown as {
    opentelemetry: { proto: { collector: { trace: { v1: { TraceService: { service: ServiceDefinition } } } } } };
  };
  return loaded.opentelemetry.proto.collector.trace.v1.TraceService.service;
}

/**
 * Loaded with `node -r` before anything else, so that gRPC and Redis can be patched before they are first required. Where no
 * trace exporter is configured it requires nothing and patches nothing.
 */
import { createRequire } from 'node:module';
import type * as instrumentationGrpc from '@opentelemetry/instrumentation-grpc';
import type * as instrumentationIoredis from '@opentelemetry/instrumentation-ioredis';
import type * as sdkNode from '@opentelemetry/sdk-node';
import { serviceNameOf, wantsTraces } from './preload-environment';
import { tracingSwitch } from './tracing-switch';

/** Health checks and reflection; `Export` is the exporter's own call. */
const NOISE = ['Check', 'Watch', 'List', 'ServerReflectionInfo', 'Export'];

if (wantsTraces(process.env)) startTracing();

function startTracing(): void {
  // Loaded only now, and at once: these are half of OpenTelemetry, and must be there before the service's first line runs.
  const load = createRequire(__filename);
  const { NodeSDK } = load('@opentelemetry/sdk-node') as typeof sdkNode;
  const { GrpcInstrumentation } = load('@opentelemetry/instrumentation-grpc') as typeof instrumentationGrpc;
  const { IORedisInstrumentation } = load('@opentelemetry/instrumentation-ioredis') as typeof instrumentationIoredis;

  // The SDK's own default is HTTP.
  if (!process.env.OTEL_EXPORTER_OTLP_PROTOCOL) process.env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ||= 'grpc';

  const shared = tracingSwitch();
  const sdk = new NodeSDK({
    serviceName: serviceNameOf(process.env, process.argv[1]),
    instrumentations: [
      new GrpcInstrumentation({ ignoreGrpcMethods: [...NOISE, (rpc: string) => shared.untracedRpcs.has(rpc)] }),
      // Commands under a span of ours only: BullMQ asks Redis for work all day.
      new IORedisInstrumentation({ requireParentSpan: true }),
    ],
    // Metrics are always on and served at /metrics (metrics.ts); logs go to standard output.
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  shared.stop = () => sdk.shutdown();
}

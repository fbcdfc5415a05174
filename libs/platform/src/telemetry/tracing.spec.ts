import { join } from 'node:path';
import { type RunningScript, runScript } from '@holdfast/testing/processes';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { type RecordedSpan, startTraceCollector, type TraceCollector } from '@holdfast/testing/telemetry';

const PRELOAD = join(__dirname, 'preload.ts');
const EXAMPLE = join(__dirname, 'example-traced.ts');

describe('tracing', () => {
  let redis: TestRedis;
  let collector: TraceCollector;
  let script: RunningScript | undefined;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    collector = await startTraceCollector();
  });
  afterEach(async () => {
    await script?.kill();
    collector.stop();
  });

  async function runOnce(env: Record<string, string>): Promise<RunningScript> {
    const started = runScript(EXAMPLE, { preload: [PRELOAD], env: { HOLDFAST_REDIS_URL: redis.url, ...env } });
    script = started;
    await started.waitForLine((line) => line.msg === 'serving');
    started.child.kill('SIGTERM');
    expect(await started.exit).toMatchObject({ code: 0 });
    return started;
  }

  const named = (name: string): RecordedSpan => {
    const span = collector.spans.find((candidate) => candidate.name === name);
    if (!span) throw new Error(`no span ${name} among ${collector.spans.map((candidate) => candidate.name).join(', ')}`);
    return span;
  };
  const line = (message: string) => script?.lines.find((candidate) => candidate.msg === message);

  it('records one trace across gRPC, Redis, messages and jobs, and sends what waits when the service stops', async () => {
    await runOnce({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    const accept = named('accept');
    expect(accept).toMatchObject({ parentSpanId: '', attributes: { 'holdfast.framework.id': 'f-1' }, events: ['asked'], failed: false });

    const called = collector.spans.filter((span) => span.name === 'grpc.holdfast.test.Echo/Say');
    expect(called.map(({ kind }) => kind).sort()).toEqual(['client', 'server']);
    const served = called.find(({ kind }) => kind === 'server');
    const handled = named('handle note');
    expect(handled).toMatchObject({ traceId: accept.traceId, parentSpanId: served?.spanId, attributes: { 'holdfast.offer.count': 2 } });
    expect(collector.spans.find((span) => span.name === 'set')).toMatchObject({ traceId: accept.traceId, parentSpanId: handled.spanId });
    expect(named('handle message')).toMatchObject({ traceId: accept.traceId, parentSpanId: accept.spanId });
    const processed = named('process traced');
    expect(processed).toMatchObject({ traceId: accept.traceId, kind: 'consumer', parentSpanId: named('add traced.job').spanId });
    expect(named('do job')).toMatchObject({ traceId: accept.traceId, parentSpanId: processed.spanId });
  });

  it('gives a service the name of its script, and OTEL_SERVICE_NAME before that', async () => {
    await runOnce({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.endpoint });
    expect(named('accept').service).toMatch(/^holdfast-.*example-traced$/);
    await runOnce({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_SERVICE_NAME: 'my-master' });
    expect(collector.spans.some(({ service }) => service === 'my-master')).toBe(true);
  });

  it('makes no spans of streams, of its own exports, or of looking for work', async () => {
    await runOnce({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    expect(collector.spans.filter(({ name }) => /Chat|Check|Export|getNextJob/.test(name))).toEqual([]);
  });

  it('records what is over already, links, and failures', async () => {
    await runOnce({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    expect(named('past')).toMatchObject({
      startMs: 1000,
      endMs: 2000,
      parentSpanId: '',
      links: [{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }],
    });
    expect(named('fails')).toMatchObject({ failed: true, events: ['exception'] });
  });

  it('puts trace ids on log lines inside a span, and on no others', async () => {
    await runOnce({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    const accept = named('accept');
    expect(line('inside')).toMatchObject({
      trace_id: accept.traceId,
      span_id: accept.spanId,
      parent: `00-${accept.traceId}-${accept.spanId}-01`,
    });
    expect(line('before')).not.toHaveProperty('trace_id');
    expect(line('before')).toMatchObject({ tracing: true, sdkLoaded: true, outside: null });
  });

  it('honours the sampler of the environment', async () => {
    await runOnce({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_TRACES_SAMPLER: 'always_off' });
    expect(collector.spans).toEqual([]);
  });

  it.each([
    ['nothing is configured', {}],
    ['it is switched off', { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }],
    ['the exporter is none', { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }],
  ])('does nothing where %s', async (_case, env) => {
    await runOnce(env);
    expect(line('before')).toMatchObject({ tracing: false, sdkLoaded: false });
    expect(line('answered')).toMatchObject({ answer: { ok: true, value: { text: 'none' } } });
    expect(line('inside')).not.toHaveProperty('trace_id');
  });

  it('stops in time although the collector is not there', async () => {
    collector.stop();
    await runOnce({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  });
});

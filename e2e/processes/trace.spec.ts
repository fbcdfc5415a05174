import { connectScheduler, createVolume, disk, launch, orThrow, persistentVolume, reserve, reserved, task } from '@holdfast/scheduler-sdk';
import { startCluster, type TestCluster } from '@holdfast/testing/cluster';
import { startTraceCollector, type RecordedSpan, type TraceCollector } from '@holdfast/testing/telemetry';

const ROLE = 'eng';

describe('the trace of one ACCEPT', () => {
  let collector: TraceCollector;
  let cluster: TestCluster;

  beforeAll(async () => {
    collector = await startTraceCollector();
    cluster = await startCluster({
      agents: 1,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_BSP_SCHEDULE_DELAY: '100' },
    });
  });
  afterAll(async () => {
    await cluster.stop();
    collector.stop();
  });

  it('is one tree: master → volume registry → Redis, and master → agent → mount', async () => {
    const scheduler = await connectScheduler({
      address: cluster.ready.master.grpc,
      framework: {
        name: 'traced',
        user: 'root',
        roles: [ROLE],
        capabilities: ['SHARED_RESOURCES', 'MULTI_ROLE', 'RESERVATION_REFINEMENT'],
      },
    });
    const offer = await scheduler.findOffer(() => true);
    const engDisk = reserved(disk(64), { role: ROLE });
    const dataset = persistentVolume(engDisk, { id: 'dataset', shared: true });
    const holder = task({
      id: 't1',
      agentId: offer.agentId,
      cpus: 0.1,
      memMb: 32,
      command: 'true',
      volumes: [{ volume: dataset, mode: 'RW' }],
    });
    orThrow(await scheduler.accept(offer, [reserve(engDisk), createVolume(dataset), launch(holder)]));
    await scheduler.untilTask('t1', ['TASK_FINISHED']);
    scheduler.close();

    await collector.waitForSpan(() => complete(collector.spans), 20_000);
    const { spans } = collector;
    const accept = spans.find(({ name, service }) => name === 'accept' && service.endsWith('master'));
    const trace = spans.filter(({ traceId }) => traceId === accept?.traceId);
    const byId = new Map(trace.map((span) => [span.spanId, span]));
    const ancestors = (span: RecordedSpan): string[] => {
      const parent = byId.get(span.parentSpanId);
      return parent ? [label(parent), ...ancestors(parent)] : [];
    };
    const under = (match: (span: RecordedSpan) => boolean): string[] => {
      const span = trace.find(match);
      return span ? ancestors(span) : ['(no such span)'];
    };

    expect(under(({ service }) => service.endsWith('volume-registry'))).toContain('master accept');
    expect(under(isRedisScript)).toEqual(expect.arrayContaining([expect.stringMatching(/^volume-registry /), 'master accept']));
    expect(under(isOnAgent)).toContain('master accept');
    expect(under(({ service, name }) => service.endsWith('agent') && /mount|publish/.test(name))).toEqual(
      expect.arrayContaining([expect.stringMatching(/^agent /), 'master accept']),
    );
  }, 90_000);
});

const isRedisScript = ({ service, name }: RecordedSpan): boolean => service.endsWith('volume-registry') && /^fcall/i.test(name);
const isOnAgent = ({ service }: RecordedSpan): boolean => service.endsWith('agent');
const label = ({ service, name }: RecordedSpan): string => `${service.replace(/^holdfast-/, '')} ${name}`;

/** All four ends of the tree have been exported. */
function complete(all: readonly RecordedSpan[]): boolean {
  const accept = all.find(({ name, service }) => name === 'accept' && service.endsWith('master'));
  const trace = all.filter(({ traceId }) => traceId === accept?.traceId);
  return trace.some(isRedisScript) && trace.some(({ service, name }) => service.endsWith('agent') && /mount|publish/.test(name));
}

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

    // A span is exported when it is over, hence before those above it; each process exports by itself.
    const ends = [isOnRegistry, isRedisScript, isOnAgent, isMount];
    await collector.waitForSpan(() => ends.every((end) => under(collector.spans, end).includes('master accept')), 45_000);
    expect(under(collector.spans, isRedisScript)).toContainEqual(expect.stringMatching(/^volume-registry /));
    expect(under(collector.spans, isMount)).toContainEqual(expect.stringMatching(/^agent /));
  }, 90_000);
});

const isOnRegistry = ({ service }: RecordedSpan): boolean => service.endsWith('volume-registry');
const isRedisScript = (span: RecordedSpan): boolean => isOnRegistry(span) && /^fcall/i.test(span.name);
const isOnAgent = ({ service }: RecordedSpan): boolean => service.endsWith('agent');
const isMount = (span: RecordedSpan): boolean => isOnAgent(span) && /mount|publish/.test(span.name);
const label = ({ service, name }: RecordedSpan): string => `${service.replace(/^holdfast-/, '')} ${name}`;

/** What is above the first such span in the trace of the ACCEPT, as far as it has been exported. */
function under(all: readonly RecordedSpan[], match: (span: RecordedSpan) => boolean): readonly string[] {
  const accept = all.find(({ name, service }) => name === 'accept' && service.endsWith('master'));
  const trace = all.filter(({ traceId }) => traceId === accept?.traceId);
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const ancestors = (span: RecordedSpan | undefined): readonly string[] => {
    const parent = span && byId.get(span.parentSpanId);
    return parent ? [label(parent), ...ancestors(parent)] : [];
  };
  return ancestors(trace.find(match));
}

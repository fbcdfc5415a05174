import { join } from 'node:path';
import { runScript, type RunningScript } from '@holdfast/testing/processes';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { startTraceCollector, type TraceCollector } from '@holdfast/testing/telemetry';
import { agent, COMPLETE, framework, TestMaster, textOf } from './test-master.fixture';

const MAIN = join(__dirname, 'main.ts');
const PRELOAD = join(__dirname, '../../../libs/platform/src/telemetry/preload.ts');

let redis: TestRedis;
let collector: TraceCollector;
const processes: RunningScript[] = [];

beforeAll(async () => {
  redis = await startRedis();
  collector = await startTraceCollector();
});
afterEach(async () => {
  for (const each of processes.splice(0)) await each.kill();
});
afterAll(async () => {
  collector.stop();
  await redis.stop();
});

async function startProcess(env: Record<string, string> = {}): Promise<{ script: RunningScript; grpc: string }> {
  const script = runScript(MAIN, {
    preload: [PRELOAD],
    env: {
      HOLDFAST_ALLOCATOR_GRPC_PORT: '0',
      HOLDFAST_ALLOCATOR_HTTP_PORT: '0',
      HOLDFAST_QUEUE_REDIS_URL: redis.url,
      HOLDFAST_ALLOCATOR_QUEUE_PREFIX: `{${expect.getState().currentTestName!.replaceAll(/\W/g, '-')}}`,
      ...env,
    },
  });
  processes.push(script);
  const line = await script.waitForLine(({ msg }) => msg === 'serving');
  return { script, grpc: (line.endpoints as { grpc: string }).grpc };
}

describe('the allocator as a process', () => {
  it('tells every setting with --help', async () => {
    const { code, stdout } = await runScript(MAIN, { args: ['--help'] }).exit;
    expect(code).toBe(0);
    for (const name of ['GRPC_PORT', 'HTTP_PORT', 'INTERVAL_MS', 'MIN_ALLOCATABLE', 'QUEUE_PREFIX'])
      expect(stdout).toContain(`HOLDFAST_ALLOCATOR_${name}`);
  });

  it('says which setting is wrong and does not start', async () => {
    const { code, stderr } = await runScript(MAIN, { env: { HOLDFAST_ALLOCATOR_MIN_ALLOCATABLE: 'much' } }).exit;
    expect(code).toBe(1);
    expect(stderr).toContain('HOLDFAST_ALLOCATOR_MIN_ALLOCATABLE');
  });

  it('makes one trace of a cycle, from the asking on, and tells the master which', async () => {
    const { grpc } = await startProcess({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_BSP_SCHEDULE_DELAY: '50' });
    const master = new TestMaster(grpc);
    master.send(framework('f1'), agent('a1', 'cpus:4'), COMPLETE);
    await master.offers(1);
    const cycle = await collector.waitForSpan(({ name }) => name === 'offer cycle', 30_000);
    expect(cycle.attributes).toMatchObject({
      'holdfast.cycle.reason': 'books_changed',
      'holdfast.cycle.agents': 1,
      'holdfast.cycle.allocations': 1,
    });
    expect(master.responses[0]!.traceParent).toBe(`00-${cycle.traceId}-${cycle.spanId}-01`);
    const asked = await collector.waitForSpan(({ kind, traceId }) => kind === 'producer' && traceId === cycle.traceId, 30_000);
    expect(asked.scope).toBe('holdfast-jobs');
    master.close();
  });

  it('serves a master that comes back after a kill -9, and stops when told', async () => {
    const first = await startProcess();
    const before = new TestMaster(first.grpc);
    before.send(framework('f1'), agent('a1', 'cpus:4'), COMPLETE);
    await before.offers(1);
    await first.script.kill();
    expect(await before.ended).toBeDefined();
    before.close();

    const second = await startProcess();
    const after = new TestMaster(second.grpc);
    after.send(framework('f1'), agent('a2', 'cpus:1'), COMPLETE);
    expect((await after.offers(1)).map(textOf)).toEqual(['a2 f1 eng cpus:1']);
    second.script.child.kill('SIGTERM');
    expect((await second.script.exit).code).toBe(0);
    await after.ended;
    after.close();
  });
});

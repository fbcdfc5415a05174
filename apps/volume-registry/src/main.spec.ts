import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleScript, runScript } from '@holdfast/testing/processes';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { startTraceCollector, type TraceCollector } from '@holdfast/testing/telemetry';
import { acquire, create, holderRef, LedgerStory } from '@holdfast/testing/volume-store';
import { RemoteVolumeStore } from './remote-volume-store.fixture';

const MAIN = join(__dirname, 'main.ts');
const PRELOAD = join(__dirname, '../../../libs/platform/src/telemetry/preload.ts');
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

describe('the process of the registry', () => {
  let redis: TestRedis;
  let collector: TraceCollector;
  let scripts: string;

  beforeAll(async () => {
    redis = await startRedis();
    collector = await startTraceCollector();
    // As the build does it: the scripts lie beside the bundle, where those of other tests lie, too.
    scripts = join(dirname(bundleScript(MAIN)), 'scripts');
    cpSync(join(__dirname, 'ledger/scripts'), scripts, { recursive: true });
  });
  afterAll(async () => {
    collector.stop();
    await redis.stop();
    rmSync(scripts, { recursive: true });
  });

  it('explains its settings', async () => {
    const { code, stdout } = await runScript(MAIN, { args: ['--help'] }).exit;
    expect(code).toBe(0);
    expect(stdout).toContain('HOLDFAST_REGISTRY_GRPC_PORT');
    expect(stdout).toContain('HOLDFAST_REDIS_URL');
  });

  it('serves from its bundle, puts each transaction under the span of its caller, and ends in order', async () => {
    const process = runScript(MAIN, {
      preload: [PRELOAD],
      env: {
        HOLDFAST_REGISTRY_GRPC_PORT: '0',
        HOLDFAST_REGISTRY_HTTP_PORT: '0',
        HOLDFAST_REDIS_URL: redis.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      },
    });
    const { endpoints } = (await process.waitForLine(({ msg }) => msg === 'serving')) as { endpoints?: { grpc: string } };
    const store = new RemoteVolumeStore(endpoints?.grpc ?? '');
    const story = await new LedgerStory(store, 'store').begin();
    await story.transact([create('eng/v'), acquire(holderRef('t1'), 'eng/v')], { traceParent: `00-${TRACE}-${PARENT}-01` });
    store.close();
    process.child.kill('SIGTERM');
    expect(await process.exit).toMatchObject({ code: 0 });

    const ofTrace = collector.spans.filter(({ traceId }) => traceId === TRACE);
    const apply = ofTrace.find(({ name }) => name === 'ledger.apply');
    expect(apply).toMatchObject({
      parentSpanId: PARENT,
      attributes: { 'holdfast.store.id': 'store', 'holdfast.ledger.units': 2, 'holdfast.ledger.revision': 2 },
    });
    expect(ofTrace.filter(({ parentSpanId }) => parentSpanId === apply?.spanId).map(({ name }) => name)).toEqual(['fcall']);
  });
});

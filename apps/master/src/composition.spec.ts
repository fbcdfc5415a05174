import { refuse } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import { agentLinkService, type AgentMessage } from '@holdfast/contracts';
import { connectRedis } from '@holdfast/platform/redis';
import { createRpcClient, type RpcClient } from '@holdfast/platform/rpc';
import type { RunningService } from '@holdfast/platform/process';
import { realWorld } from '@holdfast/platform/world';
import { eventually } from '@holdfast/testing/eventually';
import { recordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { startMaster } from './composition';
import { masterSettings } from './config';
import { claimLeadership } from './leadership';
import { done, ScriptedRegistry } from './ledger/scripted-registry.fixture';

const stale = refuse('stale_epoch', { epoch: 1, highest: 2 });
const register: AgentMessage = {
  kind: 'register',
  agent: { hostname: 'host-1', httpPort: 5051, attributes: [] },
  storeId: 'store-1',
  configured: Resources.empty,
  checkpointed: Resources.empty,
  tasks: [],
  operations: [],
  executors: [],
  highestEpoch: 0,
  ledgerRevision: 0,
  bootId: 'boot-1',
  version: '0',
};

/** The master as it is composed, on a real Redis; a registry that says what the test has it say. */
describe('a master that was overtaken stops (promise 5)', () => {
  let redis: TestRedis;
  let registry: ScriptedRegistry;
  let master: RunningService;
  let agent: RpcClient;
  let exit: jest.SpiedFunction<typeof process.exit>;
  let log: ReturnType<typeof recordedLog>;

  beforeAll(async () => {
    redis = await startRedis();
  }, 60_000);
  afterAll(() => redis.stop());

  beforeEach(async () => {
    // What follows would end the tests, too.
    exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as typeof process.exit);
    log = recordedLog();
    registry = await ScriptedRegistry.serve();
    const settings = masterSettings.read({
      HOLDFAST_MASTER_GRPC_PORT: '0',
      HOLDFAST_MASTER_HTTP_PORT: '0',
      HOLDFAST_MASTER_ALLOCATOR: '127.0.0.1:1',
      HOLDFAST_MASTER_REGISTRY: registry.address,
      HOLDFAST_MASTER_KEY_PREFIX: expect.getState().currentTestName!.replaceAll(/\W/g, '-'),
      HOLDFAST_REDIS_URL: redis.url,
    });
    master = await startMaster(settings, log);
    agent = createRpcClient({ address: master.endpoints.grpc! });
  }, 60_000);

  afterEach(async () => {
    agent.close();
    await master.stop();
    await registry.stop();
    exit.mockRestore();
  });

  const join = (more: Partial<typeof register> = {}) =>
    agent.duplex(agentLinkService.link).send({ messages: [{ ...register, ...more } as AgentMessage] });
  const stopped = async () => {
    await eventually(() => exit.mock.calls.length > 0);
    expect(exit).toHaveBeenCalledWith(1);
    expect(log.lines.filter(({ level }) => level === 'fatal').map(({ message }) => message)).toContain(
      'another master leads; this one stops',
    );
  };

  it('when the ledger refuses the report of an agent for its epoch', async () => {
    registry.reconcile = () => ({ revision: 0, refusal: stale, differences: [], destroying: [], draining: [] });
    join();
    await stopped();
  }, 60_000);

  it('when the ledger, back after an absence, refuses it for its epoch', async () => {
    registry.answer = () => done({ refusal: stale });
    registry.reconcile = () => ({
      revision: 0,
      refusal: refuse('ledger_unavailable', { problem: 'Redis is away' }),
      differences: [],
      destroying: [],
      draining: [],
    });
    join();
    await stopped();
  }, 60_000);

  it('when an agent has seen a later epoch, and another master has claimed one', async () => {
    const other = connectRedis({ url: redis.url, name: 'other', log, whileAway: 'wait' });
    const prefix = expect.getState().currentTestName!.replaceAll(/\W/g, '-');
    const { epoch } = await claimLeadership(other, prefix, realWorld().ids);
    other.disconnect();
    join({ highestEpoch: epoch } as Partial<typeof register>);
    await stopped();
  }, 60_000);

  it('and no other: one that leads serves its agents', async () => {
    const link = agent.duplex(agentLinkService.link);
    const kinds: string[] = [];
    link.onMessage(({ messages }) => kinds.push(...messages.map(({ kind }) => kind)));
    link.send({ messages: [register] });
    await eventually(() => kinds.includes('registered'));
    expect(exit).not.toHaveBeenCalled();
  }, 60_000);
});

import { Resources } from '@holdfast/core/resources';
import { agentLinkService, type AgentMessage, type MasterMessage } from '@holdfast/contracts';
import type { RunningService } from '@holdfast/platform/process';
import { connectRedis } from '@holdfast/platform/redis';
import { createRpcClient, type RpcClient } from '@holdfast/platform/rpc';
import { eventually } from '@holdfast/testing/eventually';
import { recordedLog } from '@holdfast/testing/log';
import { startRedis, type TestRedis } from '@holdfast/testing/redis';
import { startMaster } from '../composition';
import { masterSettings } from '../config';
import { ScriptedRegistry } from '../ledger/scripted-registry.fixture';
import { RedisAgentStore, type AdmittedAgent } from './agent-store';

jest.setTimeout(60_000);

/** The master as it is composed, on a real Redis, and agents over real streams. */
describe('membership', () => {
  let redis: TestRedis;
  let client: ReturnType<typeof connectRedis>;
  let registry: ScriptedRegistry;
  let log: ReturnType<typeof recordedLog>;
  let exit: jest.SpiedFunction<typeof process.exit>;
  let prefix = '';
  let count = 0;
  const masters: RunningService[] = [];
  const clients: RpcClient[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    client = connectRedis({ url: redis.url, name: 'test', log: recordedLog(), whileAway: 'wait' });
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });
  beforeEach(async () => {
    prefix = `m${++count}`;
    log = recordedLog();
    registry = await ScriptedRegistry.serve();
    exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as typeof process.exit);
  });
  afterEach(async () => {
    for (const each of clients.splice(0)) each.close();
    for (const each of masters.splice(0)) await each.stop();
    await registry.stop();
    exit.mockRestore();
  });

  async function start(env: Record<string, string> = {}): Promise<RunningService> {
    const settings = masterSettings.read({
      HOLDFAST_MASTER_GRPC_PORT: '0',
      HOLDFAST_MASTER_HTTP_PORT: '0',
      HOLDFAST_MASTER_ALLOCATOR: '127.0.0.1:1',
      HOLDFAST_MASTER_REGISTRY: registry.address,
      HOLDFAST_MASTER_KEY_PREFIX: prefix,
      HOLDFAST_REDIS_URL: redis.url,
      HOLDFAST_MASTER_AGENT_PING_INTERVAL_MS: '40',
      // Long beside a pause of this process, which is the agents, too.
      HOLDFAST_MASTER_AGENT_TIMEOUT_MS: '2000',
      ...env,
    });
    const master = await startMaster(settings, log);
    masters.push(master);
    return master;
  }

  /** An agent that answers pings until it is told not to. */
  function join(master: RunningService, storeId: string, id?: string) {
    const rpc = createRpcClient({ address: master.endpoints.grpc! });
    clients.push(rpc);
    const link = rpc.duplex(agentLinkService.link);
    const heard: MasterMessage[] = [];
    const agent = {
      heard,
      isSilent: false,
      isEnded: false,
      id: () => heard.find(({ kind }) => kind === 'registered') as { agentId: string },
    };
    link.onMessage(({ messages }) => {
      heard.push(...messages);
      if (!agent.isSilent && messages.some(({ kind }) => kind === 'ping')) link.send({ messages: [{ kind: 'pong' }] });
    });
    link.onEnd(() => void (agent.isEnded = true));
    const register: AgentMessage = {
      kind: 'register',
      agent: { ...(id !== undefined && { id }), hostname: 'host-1', httpPort: 5051, attributes: [] },
      storeId,
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
    link.send({ messages: [register] });
    return agent;
  }
  const stored = async (): Promise<readonly AdmittedAgent[]> => new RedisAgentStore(client, prefix).load();
  const pingsOf = ({ heard }: ReturnType<typeof join>) => heard.filter(({ kind }) => kind === 'ping').length;

  it('of an agent ends with its pongs, stands in Redis, and begins anew when it comes back to the next master (D-070, D-075, D-076)', async () => {
    const first = await start();
    const agent = join(first, 'store-1');
    await eventually(() => pingsOf(agent) > 20);
    expect(agent.isEnded).toBe(false);
    agent.isSilent = true;
    await eventually(() => agent.isEnded);
    expect(await stored()).toMatchObject([{ id: agent.id().agentId, unreachableSinceMs: expect.any(Number) }]);
    await masters.pop()!.stop();

    const second = await start();
    const again = join(second, 'store-1', agent.id().agentId);
    await eventually(() => again.id() !== undefined);
    expect(again.id()).toMatchObject({ agentId: agent.id().agentId });
    await eventually(async () => (await stored()).every(({ unreachableSinceMs }) => unreachableSinceMs === undefined));
    expect(exit).not.toHaveBeenCalled();
  });

  it('of too many agents that do not come back ends a restarted master (D-074)', async () => {
    const first = await start();
    const agents = ['store-1', 'store-2'].map((storeId) => join(first, storeId));
    await eventually(() => agents.every((agent) => agent.id() !== undefined));
    await eventually(async () => (await stored()).length === 2);
    await masters.pop()!.stop();
    await start({ HOLDFAST_MASTER_AGENT_REREGISTER_TIMEOUT_MS: '100', HOLDFAST_MASTER_RECOVERY_AGENT_REMOVAL_LIMIT: '99' });
    await eventually(() => exit.mock.calls.length > 0);
    expect(exit).toHaveBeenCalledWith(1);
    expect(log.lines.filter(({ level }) => level === 'fatal').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^2 of the 2 agents .* more than the 99 %/),
    ]);
    expect((await stored()).map(({ unreachableSinceMs }) => unreachableSinceMs)).toEqual([undefined, undefined]);
  });
});

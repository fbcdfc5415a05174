import { Resources } from '@holdfast/core/resources';
import { agentLinkService, type AgentMessage, type LinkRequest, type LinkResponse, type MasterMessage } from '@holdfast/contracts';
import { createRpcClient, startRpcServer, type DuplexClient, type RpcClient, type RpcServer } from '@holdfast/platform/rpc';
import { eventually } from '@holdfast/testing/eventually';
import { customExecutor, frameworkInfo } from '../builders.fixture';
import { MasterStory, type StoryFramework } from '../master.fixture';
import { agentLinkHandlers } from './agent-link-service';

describe('the agents’ door', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let server: RpcServer;
  let client: RpcClient;
  let link: DuplexClient<LinkRequest, LinkResponse>;
  let heard: MasterMessage[];

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    const { maxMessageBytes } = story.deps.settings;
    const handlers = agentLinkHandlers(story.deps, (cause) => {
      throw cause;
    });
    server = await startRpcServer({ host: '127.0.0.1', port: 0, handlers, maxMessageBytes, log: story.deps.log });
    client = createRpcClient({ address: server.address });
    heard = [];
    link = client.duplex(agentLinkService.link);
    link.onMessage(({ messages }) => void heard.push(...messages));
  }, 60_000);

  afterEach(async () => {
    link.cancel();
    client.close();
    await server.stop(0);
  });

  const send = (...messages: AgentMessage[]) => link.send({ messages });
  const told = (kind: MasterMessage['kind']) => eventually(() => heard.some((message) => message.kind === kind));

  it('brings a custom executor, what it and its framework say to one another, and its end', async () => {
    const { id = '' } = eng.framework.info;
    const of = { frameworkId: id, executorId: 'own' };
    send({
      kind: 'register',
      agent: { hostname: 'host-1', httpPort: 5051, attributes: [] },
      storeId: 'store-1',
      configured: Resources.empty,
      checkpointed: Resources.empty,
      tasks: [],
      operations: [],
      executors: [{ framework: frameworkInfo({ id }), info: { ...customExecutor('own'), wire: new Uint8Array() } }],
      highestEpoch: 0,
      ledgerRevision: 0,
      bootId: 'boot-1',
      version: '0',
    });
    await told('registered');
    const [agent] = [...story.deps.agents.all()];
    const agentId = agent?.id ?? '';
    await eventually(() => story.deps.executors.get(agentId, id, 'own') !== undefined);

    expect(await story.call(eng, { type: 'MESSAGE', agentId, executorId: 'own', data: Buffer.from('ping') })).toEqual({});
    await told('executor_message');
    expect(heard.at(-1)).toEqual({ kind: 'executor_message', ...of, data: Buffer.from('ping') });
    send({ kind: 'executor_message', ...of, data: Buffer.from('pong') }, { kind: 'executor_gone', ...of, exitStatus: 137 });
    await told('executor_gone_confirmed');
    expect(eng.events.slice(-2)).toEqual([
      { type: 'MESSAGE', agentId, executorId: 'own', data: Buffer.from('pong') },
      { type: 'FAILURE', agentId, executorId: 'own', status: 9 },
    ]);
  }, 60_000);
});

import { Resources, scalar } from '@holdfast/core/resources';
import { agentLinkService, volumeService, type MasterMessage, type VolumesQuery, type WatchAnswer } from '@holdfast/contracts';
import { createRpcClient, RpcFault, startRpcServer, type RpcClient, type RpcServer } from '@holdfast/platform/rpc';
import { createAuthenticator } from '../authentication';
import { engDisk, launch, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent } from '../master.fixture';
import { agentLinkHandlers } from './agent-link-service';
import { volumeHandlers } from './volume-service';

const cpu = scalar('cpus', 0.1);
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

let story: MasterStory;
let agent: StoryAgent;
let client: RpcClient;
let frameworkId: string;

async function serve(): Promise<void> {
  const server: RpcServer = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    handlers: [...volumeHandlers(story.deps), ...agentLinkHandlers(story.deps, () => undefined)],
    maxMessageBytes: story.deps.settings.maxMessageBytes,
    log: story.deps.log,
  });
  closing.push(() => server.stop(0));
  client = createRpcClient({ address: server.address });
  closing.push(() => client.close());
}

/** From now on nobody is let in. */
function askForCredentials(): Promise<void> {
  Object.assign(story.deps, { authenticator: createAuthenticator(new Map()) });
  return serve();
}

/** Two shared volumes of role eng; two tasks hold v1, one of them v2. */
beforeEach(async () => {
  story = new MasterStory();
  const eng = story.subscribe();
  frameworkId = eng.framework.id;
  agent = await story.register({ checkpointed: Resources.of([engDisk(1000)]) });
  const [v1, v2] = [
    volume('v1', 100),
    { ...volume('v2', 100), disk: { persistence: { id: 'v2' }, volume: { containerPath: 'other', mode: 'RW' } } } as const,
  ];
  await story.accept(
    eng,
    story.offer(eng, agent, [cpu, cpu, engDisk(200)]),
    { type: 'CREATE', resources: [v1, v2] },
    launch(agent.agent.id, ['t1', cpu, v1], ['t2', cpu, v1, v2]),
  );
  await story.carryOut(agent);
  await story.ledger.store.apply({
    storeId: 'store-1',
    epoch: 1,
    seenRevision: 0,
    nowMs: 0,
    units: [
      { kind: 'create_volume', volume: 'ops/old', resource: volume('old', 1), creator: {}, agentId: agent.agent.id },
      { kind: 'destroy_volume', volume: 'ops/old' },
      { kind: 'volume_gone', volume: 'ops/old', generation: 1, cause: 'test' },
      { kind: 'create_volume', volume: 'ops/new', resource: volume('new', 1), creator: {}, agentId: agent.agent.id },
    ],
  });
  await serve();
});

const name = (persistenceId: string, role = 'eng') => ({ agentId: agent.agent.id, role, persistenceId });
const list = async (query: VolumesQuery = {}) => {
  const answer = await client.unary(volumeService.listVolumes, query);
  return answer.ok ? answer.value.volumes.map((one) => one.volume) : answer.refusal.code;
};

describe('the ledger’s door', () => {
  it('lists all volumes that are not gone, and those that each field asks for', async () => {
    expect(await list()).toEqual(['eng/v1', 'eng/v2', 'ops/new']);
    expect(await list({ role: 'ops' })).toEqual(['ops/new']);
    expect(await list({ states: ['creating', 'gone'] })).toEqual(['ops/new', 'ops/old']);
    expect(await list({ agentId: agent.agent.id, role: 'eng', states: ['ready'] })).toEqual(['eng/v1', 'eng/v2']);
    expect(await list({ holderFrameworkId: frameworkId })).toEqual(['eng/v1', 'eng/v2']);
    expect(await list({ holderFrameworkId: frameworkId, holderTaskId: 't2' })).toEqual(['eng/v1', 'eng/v2']);
    expect(await list({ holderFrameworkId: frameworkId, holderTaskId: 't1' })).toEqual(['eng/v1']);
    expect(await list({ holderFrameworkId: 'nobody' })).toEqual([]);
  });

  it('lists volumes also of a store whose agent is not known', async () => {
    await story.ledger.store.apply({
      storeId: 'store-9',
      epoch: 1,
      seenRevision: 0,
      nowMs: 0,
      units: [{ kind: 'create_volume', volume: 'eng/lost', resource: volume('lost', 1), creator: {}, agentId: 'agent-9' }],
    });
    expect(await list()).toContain('eng/lost');
    expect(await list({ agentId: agent.agent.id })).not.toContain('eng/lost');
  });

  it('answers with one volume and all its holders, and pages through them', async () => {
    const one = await client.unary(volumeService.getVolume, name('v1'));
    expect(one).toMatchObject({ value: { volume: { state: 'ready', holders: [{ taskId: 't1' }, { taskId: 't2' }] } } });
    const found: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = await client.unary(volumeService.listHolders, {
        ...name('v1'),
        pageSize: 1,
        ...(pageToken !== undefined && { pageToken }),
      });
      if (!page.ok) throw new Error(page.refusal.message);
      expect(page.value.count).toBe(2);
      found.push(...page.value.holders.map(({ taskId }) => taskId));
      pageToken = page.value.nextPageToken;
    } while (pageToken !== undefined);
    expect([...new Set(found)].sort()).toEqual(['t1', 't2']);
  });

  it('tells the history of a store or of a volume, also of one that is gone', async () => {
    const query = { ...name('old', 'ops'), afterRevision: 0, limit: 0 };
    const history = await client.unary(volumeService.listHistory, query);
    expect(history.ok && history.value.entries.map(({ change }) => change)).toEqual(['volume_created', 'volume_destroying', 'volume_gone']);
    const whole = await client.unary(volumeService.listHistory, { agentId: agent.agent.id, afterRevision: 0, limit: 2 });
    expect(whole.ok && whole.value.entries.map(({ revision }) => revision)).toEqual([1, 2]);
  });

  it('destroys, cancels and releases on behalf of whoever calls', async () => {
    expect(await client.unary(volumeService.destroyVolume, name('v1'))).toMatchObject({ refusal: { code: 'volume_in_use' } });
    const whenUnused = { admitsReaders: false, onDeadline: 'cancel' } as const;
    expect(await client.unary(volumeService.destroyVolume, { ...name('v1'), whenUnused })).toMatchObject({
      value: { volume: { state: 'draining' } },
    });
    expect(await client.unary(volumeService.cancelDestroy, name('v1'))).toMatchObject({ value: { volume: { state: 'ready' } } });
    const released = await client.unary(volumeService.releaseHolder, {
      ...name('v2'),
      frameworkId,
      taskId: 't2',
      reason: 'the disk burnt down',
    });
    expect(released).toMatchObject({ value: { released: [{ taskId: 't2' }], volume: { holders: [] } } });
  });

  type Call = () => Promise<unknown>;
  const away = () => {
    const unavailable = () => Promise.reject(new RpcFault('gone', 'UNAVAILABLE'));
    Object.assign(story.ledger, { readStores: unavailable, readVolumes: unavailable, readHolders: unavailable, readHistory: unavailable });
  };
  const history = (agentId: string) => client.unary(volumeService.listHistory, { agentId, afterRevision: 0, limit: 1 });
  it.each<[string, () => unknown, string, readonly Call[]]>([
    [
      'no such agent',
      () => undefined,
      'agent_unknown',
      [
        () => client.unary(volumeService.getVolume, { ...name('v1'), agentId: 'nobody' }),
        () => client.unary(volumeService.listVolumes, { agentId: 'nobody' }),
        () => client.unary(volumeService.listHolders, { ...name('v1'), agentId: 'nobody' }),
        () => history('nobody'),
        () => client.unary(volumeService.destroyVolume, { ...name('v1'), agentId: 'nobody' }),
        () => client.unary(volumeService.verifyLedger, { agentId: 'nobody' }),
        () => client.unary(volumeService.repairLedger, { agentId: 'nobody', apply: true }),
      ],
    ],
    [
      'no such volume',
      () => undefined,
      'volume_not_found',
      [
        () => client.unary(volumeService.getVolume, name('v9')),
        () => client.unary(volumeService.getVolume, name('old', 'ops')),
        () => client.unary(volumeService.listHolders, name('v9')),
        () => client.unary(volumeService.cancelDestroy, name('v9')),
      ],
    ],
    [
      'ledger unreachable',
      away,
      'ledger_unavailable',
      [
        () => client.unary(volumeService.getVolume, name('v1')),
        () => client.unary(volumeService.listVolumes, {}),
        () => client.unary(volumeService.listHolders, name('v1')),
        () => history(agent.agent.id),
        () => client.unary(volumeService.verifyLedger, {}),
      ],
    ],
    [
      'not who they say',
      askForCredentials,
      'unauthenticated',
      [
        () => client.unary(volumeService.getVolume, name('v1')),
        () => client.unary(volumeService.listVolumes, {}),
        () => client.unary(volumeService.verifyLedger, {}),
        () => client.unary(volumeService.repairLedger, { apply: true }),
        () => client.unary(volumeService.releaseHolder, { ...name('v1'), frameworkId, taskId: 't1', reason: 'x' }),
      ],
    ],
  ])('refuses each call where there is %s', async (_, arrange, code, calls) => {
    await arrange();
    for (const call of calls) expect(await call()).toMatchObject({ ok: false, refusal: { code } });
  });

  it('is watched over a stream: where it begins, then what changes', async () => {
    const stream = client.serverStream(volumeService.watchVolumes, { after: [], role: 'eng' });
    closing.push(() => stream.cancel());
    const answers: WatchAnswer[] = [];
    const changed = new Promise<WatchAnswer>((resolve) =>
      stream.onMessage((answer) => {
        answers.push(answer);
        if (answers.length > 1) resolve(answer);
        else void client.unary(volumeService.destroyVolume, { ...name('v1'), whenUnused: { admitsReaders: false, onDeadline: 'cancel' } });
      }),
    );
    expect(await changed).toMatchObject({
      entries: [{ storeId: 'store-1', agentId: agent.agent.id, entry: { change: 'volume_draining', volume: 'eng/v1' } }],
    });
    expect(answers[0]).toMatchObject({ entries: [], positions: [{ storeId: 'store-1' }] });

    await askForCredentials();
    const refused = client.serverStream(volumeService.watchVolumes, { after: [] });
    expect(await new Promise((resolve) => refused.onEnd(resolve))).toMatchObject({ code: 'unauthenticated' });
  });

  it('verifies what an agent answers over its stream', async () => {
    const link = client.duplex(agentLinkService.link);
    closing.push(() => link.cancel());
    const heard: MasterMessage[] = [];
    const registered = new Promise<void>((resolve) =>
      link.onMessage(({ messages }) => {
        for (const message of messages) {
          heard.push(message);
          if (message.kind === 'registered') resolve();
          if (message.kind !== 'inspect') continue;
          const lost = { resource: volume('x', 7), hasData: true, isDestroying: false };
          const inspection = { volumes: [lost], launches: [], strayMounts: [] };
          link.send({ messages: [{ kind: 'inspection', requestId: message.requestId, inspection }] });
        }
      }),
    );
    const configured = Resources.parse('cpus:4;disk:100');
    link.send({
      messages: [
        {
          kind: 'register',
          agent: { hostname: 'host-2', httpPort: 1, attributes: [] },
          storeId: 'store-2',
          configured: configured.ok ? configured.value : Resources.empty,
          checkpointed: Resources.empty,
          tasks: [],
          operations: [],
          executors: [],
          highestEpoch: 0,
          ledgerRevision: 0,
          bootId: 'boot',
          version: '0',
        },
      ],
    });
    await registered;
    const agentId = heard.flatMap((message) => (message.kind === 'registered' ? [message.agentId] : []))[0] ?? '';
    const verified = await client.unary(volumeService.verifyLedger, { agentId, settleMs: 0 });
    expect(verified).toMatchObject({
      value: { differences: [{ kind: 'volume_unrecorded', volume: 'eng/x' }], stores: [{ storeId: 'store-2' }] },
    });
    expect(verified.ok && verified.value.stores[0]?.problem).toBeUndefined();
  });
});

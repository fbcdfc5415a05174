import type { Operation, OperationStatus } from '@holdfast/core/offers';
import { Resources, scalar } from '@holdfast/core/resources';
import { watched } from '../agents/agent-health.fixture';
import { disconnectAgent } from '../agents/disconnect-agent';
import { recoverAgents } from '../agents/recover-agents';
import { engDisk, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);
const W = volume('other', 20);
const reserve = (id: string): Operation => ({
  type: 'RESERVE',
  id,
  resources: [{ ...cpu, reservations: [{ type: 'dynamic', role: 'eng' }] }],
});

describe('an operation with an id', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;
  const checkpointed = Resources.of([engDisk(40), V, W]);

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register({ checkpointed });
  });

  const statuses = (of = eng): OperationStatus[] =>
    of.events.flatMap((event) => (event.type === 'UPDATE_OPERATION_STATUS' ? [event.status] : []));
  const states = (of = eng) => statuses(of).map(({ operationId, state, uuid }) => [operationId, state, uuid !== undefined]);
  const start = async (operation = reserve('op-1')) => {
    const [result] = await story.accept(eng, story.offer(eng, agent, [cpu, V, W]), operation);
    expect(result?.refusal).toBeUndefined();
  };
  const acknowledge = (operationId: string, uuid: string, agentId = agent.agent.id) =>
    story.call(eng, { type: 'ACKNOWLEDGE_OPERATION_STATUS', operationId, agentId, uuid: Buffer.from(uuid) });
  const acknowledged = (of = agent) =>
    of.sent.flatMap((message) => (message.kind === 'acknowledge_operation' ? [message.operationId] : []));
  const reconcile = (...operations: { operationId: string; agentId?: string }[]) =>
    story.call(eng, { type: 'RECONCILE_OPERATIONS', operations });
  const registerAgain = (more: Parameters<MasterStory['register']>[0] = {}) =>
    story.register({ agent: { id: agent.agent.id, hostname: 'host-1', httpPort: 5051, attributes: [] }, checkpointed, ...more });
  const reported = (operationId: string, state: OperationStatus['state']) => ({
    frameworkId: eng.framework.id,
    status: { operationId, state, uuid: Buffer.from(operationId) },
  });

  it('is sent to the agent with its id and its framework’s; one without an id with neither', async () => {
    await start();
    await story.accept(eng, story.offer(eng, agent, [engDisk(40)]), { type: 'CREATE', resources: [volume('third', 5)] });
    const sent = agent.sent.flatMap((message) => (message.kind === 'apply_operation' ? [message] : []));
    expect(sent.map(({ operation, frameworkId }) => [operation.id, frameworkId])).toEqual([
      ['op-1', eng.framework.id],
      [undefined, undefined],
    ]);
  });

  it('is pending from the moment it is sent, then what its agent says, which the framework is told with a uuid (D-093, D-094)', async () => {
    await start();
    await reconcile();
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED');
    expect(states()).toEqual([
      ['op-1', 'OPERATION_PENDING', false],
      ['op-1', 'OPERATION_FINISHED', true],
    ]);
    expect(statuses().at(-1)?.agentId).toBe(agent.agent.id);
  });

  it('is told again as often as the agent repeats it, and when the framework comes back, until it is acknowledged (D-094)', async () => {
    await start();
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED');
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED');
    expect(states()).toHaveLength(2);
    const again = story.subscribe({ id: eng.framework.id });
    expect(states(again)).toEqual([['op-1', 'OPERATION_FINISHED', true]]);
  });

  it('is not told again when its agent repeats what was acknowledged meanwhile, and its id is free (D-095)', async () => {
    await start();
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED');
    await acknowledge('op-1', 'op-1OPERATION_FINISHED');
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED');
    expect(states()).toHaveLength(1);
    expect(acknowledged()).toEqual(['op-1', 'op-1']);
    await start();
  });

  it('is over and forgotten once its end is acknowledged, which the agent is told (D-095)', async () => {
    await start();
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED', 'u');
    expect(await acknowledge('op-1', 'u')).toEqual({});
    expect(acknowledged()).toEqual(['op-1']);
    expect(story.deps.operations.get(eng.framework.id, 'op-1')).toBeUndefined();
    expect((await acknowledge('op-1', 'u')).refusal?.code).toBe('operation_unknown');
    await start();
  });

  it('is not acknowledged by another uuid, for another agent, before it is told, or while the agent is away; we say so (D-095)', async () => {
    await start();
    const refusals = [await acknowledge('op-1', 'u')];
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED', 'u');
    refusals.push(await acknowledge('op-1', 'other'), await acknowledge('op-1', 'u', 'nobody'), await acknowledge('op-2', 'u'));
    if (agent.agent.link) disconnectAgent(story.deps, agent.agent, agent.agent.link);
    refusals.push(await acknowledge('op-1', 'u'));
    expect(refusals.map(({ refusal }) => refusal?.code)).toEqual([
      ...Array.from({ length: 4 }, () => 'operation_unknown'),
      'agent_disconnected',
    ]);
    expect(acknowledged()).toEqual([]);
    expect(story.deps.operations.get(eng.framework.id, 'op-1')?.unacknowledged).toBeDefined();
  });

  it('is reconciled implicitly with its last status, without uuid (D-096)', async () => {
    await start();
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED');
    await reconcile();
    expect(states().at(-1)).toEqual(['op-1', 'OPERATION_FINISHED', false]);
  });

  it('is reconciled explicitly: unknown of a registered or unknown agent, recovering, unreachable (D-096)', async () => {
    await start();
    story.deps.agentStore.load = async () => [{ id: 'late', storeId: 'store-9', info: { hostname: 'h', httpPort: 5051, attributes: [] } }];
    await recoverAgents(story.deps);
    const lost = await story.register({ storeId: 'store-2' });
    lost.agent.state = 'unreachable';
    await reconcile(
      { operationId: 'op-1' },
      { operationId: 'a', agentId: agent.agent.id },
      { operationId: 'b' },
      { operationId: 'c', agentId: 'nobody' },
      { operationId: 'd', agentId: 'late' },
      { operationId: 'e', agentId: lost.agent.id },
    );
    expect(states()).toEqual([
      ['op-1', 'OPERATION_PENDING', false],
      ['a', 'OPERATION_UNKNOWN', false],
      ['b', 'OPERATION_UNKNOWN', false],
      ['c', 'OPERATION_UNKNOWN', false],
      ['d', 'OPERATION_RECOVERING', false],
      ['e', 'OPERATION_UNREACHABLE', false],
    ]);
  });

  it('that its agent has never received is dropped when the agent registers without it (D-097)', async () => {
    await start();
    await registerAgain();
    expect(states()).toEqual([['op-1', 'OPERATION_DROPPED', false]]);
    expect(story.deps.operations.get(eng.framework.id, 'op-1')).toBeUndefined();
  });

  it('that its agent reports on registration is told, also by a master that has never heard of it (D-094)', async () => {
    await registerAgain({ operations: [reported('op-7', 'OPERATION_FAILED')] });
    expect(states()).toEqual([['op-7', 'OPERATION_FAILED', true]]);
    await acknowledge('op-7', 'op-7');
    expect(story.deps.operations.get(eng.framework.id, 'op-7')).toBeUndefined();
  });

  it('may be told by two agents under one id, and is acknowledged to the one that told it last', async () => {
    await start();
    const other = await story.register({ storeId: 'store-2' });
    story.reportOperation(other, eng.framework.id, 'op-1', 'OPERATION_FAILED', 'old');
    expect(statuses().at(-1)).toMatchObject({ state: 'OPERATION_FAILED', agentId: other.agent.id });
    expect(await acknowledge('op-1', 'old', other.agent.id)).toEqual({});
    expect(acknowledged(other)).toEqual(['op-1']);
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED', 'new');
    expect(await acknowledge('op-1', 'new')).toEqual({});
  });

  it('whose acknowledgement reached the agent is forgotten when the agent registers without it', async () => {
    await start();
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED');
    await registerAgain();
    expect(states()).toHaveLength(1);
    expect(story.deps.operations.get(eng.framework.id, 'op-1')).toBeUndefined();
  });

  it('on an agent that falls silent is unreachable, and may still be told as finished later (D-075)', async () => {
    await start();
    await watched(story).pass(90_000);
    expect(states()).toEqual([['op-1', 'OPERATION_UNREACHABLE', false]]);
    await registerAgain({ operations: [reported('op-1', 'OPERATION_FINISHED')] });
    expect(states().at(-1)).toEqual(['op-1', 'OPERATION_FINISHED', true]);
  });

  it('that is over is not unreachable, and one that is not over is not forgotten when a status of it is acknowledged (D-075, D-095)', async () => {
    await start();
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_PENDING', 'u');
    expect(await acknowledge('op-1', 'u')).toEqual({});
    expect((await acknowledge('op-1', 'u')).refusal?.code).toBe('operation_unknown');
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED');
    await watched(story).pass(90_000);
    expect(states().at(-1)).toEqual(['op-1', 'OPERATION_FINISHED', true]);
    expect(story.deps.operations.get(eng.framework.id, 'op-1')?.status.state).toBe('OPERATION_FINISHED');
  });

  it('of a removed framework is acknowledged by the master, now and when it is reported later (D-014)', async () => {
    await start(reserve('op-1'));
    story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED');
    await story.call(eng, { type: 'TEARDOWN' });
    expect(acknowledged()).toEqual(['op-1']);
    story.reportOperation(agent, eng.framework.id, 'op-2', 'OPERATION_FINISHED');
    expect(acknowledged()).toEqual(['op-1', 'op-2']);
    expect(story.deps.operations.ofFramework(eng.framework.id)).toEqual([]);
  });

  it('of a framework that nobody knows is acknowledged when it has stayed away for ten minutes (D-014)', () => {
    story.reportOperation(agent, 'stranger', 'op-1', 'OPERATION_FINISHED');
    story.world.advance(599_999);
    story.reportOperation(agent, 'stranger', 'op-1', 'OPERATION_FINISHED');
    expect(acknowledged()).toEqual([]);
    story.world.advance(1);
    story.reportOperation(agent, 'stranger', 'op-1', 'OPERATION_FINISHED');
    expect(acknowledged()).toEqual(['op-1']);
  });

  it.each([
    ['DESTROY', [V, W]],
    ['CREATE', [volume('x', 1), volume('y', 1)]],
  ] as const)(
    'that is a %s has failed, and is not told twice, if the ledger grants only a part of it, which is carried out',
    async (type, resources) => {
      const results = [{}, { refusal: { code: 'volume_in_use', message: 'held', details: {} } }];
      story.ledger.apply = async () => ({ ok: true, revision: 1, results }) as never;
      const [result] = await story.accept(eng, story.offer(eng, agent, [cpu, engDisk(40), V, W]), { type, id: 'op-1', resources });
      expect(result?.refusal).toBeDefined();
      expect(states()).toEqual([['op-1', 'OPERATION_ERROR', false]]);
      const sent = agent.sent.flatMap((message) =>
        message.kind === 'apply_operation' ? [[message.operation.id, message.frameworkId]] : [],
      );
      expect(sent).toEqual([[undefined, undefined]]);
      expect(story.deps.operations.ofFramework(eng.framework.id)).toEqual([]);
    },
  );

  describe('that is a DESTROY', () => {
    const destroy: Operation = { type: 'DESTROY', id: 'op-1', resources: [V, W] };
    const sentDestroys = (of = agent) =>
      of.sent.flatMap((message) => (message.kind === 'apply_operation' && message.operation.type === 'DESTROY' ? [message] : []));

    it('goes to the agent whole, and gives the disk back when all of its data is gone', async () => {
      await start(destroy);
      expect(sentDestroys().map(({ operation }) => [operation.id, 'resources' in operation && operation.resources.length])).toEqual([
        ['op-1', 2],
      ]);
      expect(story.recovered()).toEqual([]);
      await story.carryOut(agent);
      expect(story.recovered().join()).toContain('disk(reservations: [(DYNAMIC,eng)]):60');
    });

    it('has not failed while the agent only cannot do it yet: it is repeated, and finished when the data is gone', async () => {
      await start(destroy);
      const refusal = { code: 'volume_in_use', message: 'mounted', details: {} } as never;
      await story.carryOut(agent, refusal);
      story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FAILED');
      expect(states()).toEqual([]);
      expect(acknowledged()).toEqual(['op-1']);
      story.reportOperation(agent, eng.framework.id, 'op-1', 'OPERATION_FINISHED');
      expect(states()).toEqual([['op-1', 'OPERATION_FINISHED', true]]);
    });

    it('goes on, under its id, with an agent that broke off in the middle of it', async () => {
      await start(destroy);
      const again = await registerAgain();
      expect(sentDestroys(again).map(({ operation, frameworkId }) => [operation.id, frameworkId])).toEqual([['op-1', eng.framework.id]]);
      expect(states()).toEqual([]);
      await story.carryOut(again);
      expect(again.agent.destroying.size).toBe(0);
      expect(again.agent.total.filter(({ reservations }) => reservations.length > 0).toString()).toMatch(/:100$/);
    });
  });
});

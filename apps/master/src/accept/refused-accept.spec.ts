import { Resources, scalar } from '@holdfast/core/resources';
import { refuse, refused } from '@holdfast/core/base';
import type { Operation } from '@holdfast/core/offers';
import { disconnectAgent } from '../agents';
import { engDisk, executorInfo, launch, launchGroup, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);

describe('an ACCEPT that is refused', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register({ checkpointed: Resources.of([engDisk(100)]) });
  });

  const statuses = (of = eng) => of.events.flatMap((event) => (event.type === 'UPDATE' ? [event.status] : []));
  const operationStatuses = () => eng.events.flatMap((event) => (event.type === 'UPDATE_OPERATION_STATUS' ? [event.status] : []));
  const accept = (offerIds: readonly string[], ...operations: Operation[]) =>
    story.call(eng, { type: 'ACCEPT', offerIds, operations, filters: {} });

  it('drops every task of it and says so, with the reason; its good offers go back without filter (D-020, D-021)', async () => {
    const offer = story.offer(eng, agent, [cpu]) ?? '';
    const group = launchGroup(agent.agent.id, executorInfo('pod', scalar('cpus', 0.1)), ['g1', cpu]);
    const answer = await accept([offer, 'gone'], launch(agent.agent.id, ['t1', cpu], ['t2', cpu]), group);
    expect(answer.refusal?.code).toBe('offer_gone');
    expect(statuses().map(({ taskId, state, reason, source, uuid }) => [taskId, state, reason, source, uuid])).toEqual(
      ['t1', 't2', 'g1'].map((taskId) => [taskId, 'TASK_DROPPED', 'REASON_INVALID_OFFERS', 'SOURCE_MASTER', undefined]),
    );
    expect(story.recovered()).toEqual(['cpus:1']);
    expect(agent.sent.map(({ kind }) => kind)).toEqual(['registered']);
  });

  it('calls the dropped tasks TASK_LOST for a framework that is not PARTITION_AWARE (D-021)', async () => {
    const old = story.subscribe({ capabilities: new Set() });
    await story.call(old, { type: 'ACCEPT', offerIds: ['gone'], operations: [launch(agent.agent.id, ['t1', cpu])], filters: {} });
    expect(statuses(old)).toMatchObject([{ taskId: 't1', state: 'TASK_LOST', reason: 'REASON_INVALID_OFFERS' }]);
  });

  it('says OPERATION_ERROR of each operation that has an id, without uuid and agent, and nothing of the others (D-021, D-080)', async () => {
    const reserve: Operation = { type: 'RESERVE', resources: [engDisk(1)] };
    await accept(['gone'], { ...reserve, id: 'op-1' }, reserve);
    const message = expect.stringContaining('no longer outstanding') as string;
    expect(operationStatuses()).toEqual([{ operationId: 'op-1', state: 'OPERATION_ERROR', message }]);
  });

  it.each([
    ['no offer', []],
    ['an offer twice', ['twice', 'twice']],
  ])('names %s (D-020)', async (_, offerIds) => {
    const answer = await accept(offerIds, launch(agent.agent.id, ['t1', cpu]));
    expect(answer.refusal?.code).toBe('offers_mixed');
    expect(statuses()).toMatchObject([{ taskId: 't1', state: 'TASK_DROPPED', reason: 'REASON_INVALID_OFFERS' }]);
  });

  it('names offers of two agents, or for two roles; all of them are used up (D-020, D-021)', async () => {
    const both = story.subscribe({ roles: ['eng', 'ops'] });
    const other = await story.register({ storeId: 'store-2' });
    const offers = [story.offer(both, agent, [cpu]), story.offer(both, other, [cpu]), story.offer(both, agent, [cpu], 'ops')].map(
      (id) => id ?? '',
    );
    const call = (offerIds: readonly string[]) => story.call(both, { type: 'ACCEPT', offerIds, operations: [], filters: {} });
    expect((await call(offers.slice(0, 2))).refusal?.message).toContain('different agents');
    expect((await call([story.offer(both, agent, [cpu]) ?? '', offers[2] ?? ''])).refusal?.message).toContain('different roles');
    expect(story.deps.offers.size).toBe(0);
  });

  it('comes from an agent that broke off while the ACCEPT waited: REASON_AGENT_DISCONNECTED, and nothing is held back (D-022)', async () => {
    const offer = story.offer(eng, agent, [cpu]) ?? '';
    const accepting = accept([offer], launch(agent.agent.id, ['t1', cpu]));
    if (agent.agent.link) disconnectAgent(story.deps, agent.agent, agent.agent.link);
    expect((await accepting).refusal?.code).toBe('agent_disconnected');
    expect(statuses()).toMatchObject([{ taskId: 't1', state: 'TASK_DROPPED', reason: 'REASON_AGENT_DISCONNECTED' }]);
    expect(story.recovered()).toEqual(['cpus:1']);
    expect(story.deps.tasks.ofFramework(eng.framework.id)).toEqual([]);
  });

  it('comes from an agent that breaks off while the ledger is asked: nothing is sent to it, nothing is held back (D-022)', async () => {
    const offer = story.offer(eng, agent, [cpu, engDisk(100)]) ?? '';
    const apply = story.ledger.apply.bind(story.ledger);
    story.ledger.apply = async (...units) => {
      if (agent.agent.link) disconnectAgent(story.deps, agent.agent, agent.agent.link);
      return apply(...units);
    };
    const answer = await accept([offer], { type: 'CREATE', resources: [V] }, launch(agent.agent.id, ['t1', cpu, V]));
    expect(answer.refusal?.code).toBe('agent_disconnected');
    expect(statuses()).toMatchObject([{ taskId: 't1', state: 'TASK_DROPPED', reason: 'REASON_AGENT_DISCONNECTED' }]);
    expect(story.deps.tasks.ofFramework(eng.framework.id)).toEqual([]);
    expect(agent.agent.total.count(V)).toBe(0);
    expect(story.recovered()).toHaveLength(1);
  });

  it('refuses what it cannot even read for that (B-076)', async () => {
    const refusal = refuse('invalid_argument', { field: 'launch', problem: 'is garbled' });
    await accept(['gone'], { type: 'MALFORMED', declaredType: 'LAUNCH', refusal, taskIds: ['t1'] });
    expect(statuses()).toMatchObject([{ taskId: 't1', state: 'TASK_ERROR', reason: 'REASON_TASK_INVALID', message: refusal.message }]);
  });

  it('waited behind one that has destroyed a volume in its offer: the offer is gone as if rescinded (A-063, A-076)', async () => {
    await story.accept(eng, story.offer(eng, agent, [engDisk(100)]), { type: 'CREATE', resources: [V] });
    const other = story.subscribe({ name: 'other' });
    const [first, second] = [story.offer(eng, agent, [V, cpu]), story.offer(other, agent, [V, cpu])];
    const destroying = story.accept(eng, first, { type: 'DESTROY', resources: [V] });
    const waiting = story.call(other, {
      type: 'ACCEPT',
      offerIds: [second ?? ''],
      operations: [launch(agent.agent.id, ['t1', cpu, V])],
      filters: {},
    });
    expect((await destroying)[0]?.refusal).toBeUndefined();
    expect((await waiting).refusal?.code).toBe('offer_gone');
    expect(statuses(other)).toMatchObject([{ taskId: 't1', state: 'TASK_DROPPED', reason: 'REASON_INVALID_OFFERS' }]);
  });

  it('was made by a framework that ends while the ledger is asked: its tasks end with it', async () => {
    const offer = story.offer(eng, agent, [cpu, engDisk(100)]) ?? '';
    const accepting = accept([offer], { type: 'CREATE', resources: [V] }, launch(agent.agent.id, ['t1', cpu, V]));
    const apply = story.ledger.apply.bind(story.ledger);
    story.ledger.apply = async (...units) => {
      const answer = await apply(...units);
      await story.call(eng, { type: 'TEARDOWN' });
      return answer;
    };
    await accepting;
    expect(agent.sent.map(({ kind }) => kind)).toEqual(['registered', 'apply_operation', 'run_task', 'shutdown_framework']);
    expect(await story.holders('eng/data')).toEqual(['t1 ending']);
  });
});

describe('an operation of an ACCEPT', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register({ checkpointed: Resources.of([engDisk(100)]) });
  });

  const told = () =>
    eng.events.flatMap((event) => (event.type === 'UPDATE_OPERATION_STATUS' || event.type === 'UPDATE' ? [event.status] : []));

  it('that is refused alone is told by OPERATION_ERROR if it has an id; the others go on (B-071, D-080)', async () => {
    const offer = story.offer(eng, agent, [cpu, engDisk(100)]);
    const tooMuch: Operation = { type: 'CREATE', resources: [volume('big', 4000)] };
    const results = await story.accept(eng, offer, { ...tooMuch, id: 'op-1' }, tooMuch, { type: 'CREATE', resources: [V] });
    expect(results.map(({ refusal }) => refusal?.code)).toEqual(['insufficient_resources', 'insufficient_resources', undefined]);
    expect(told()).toMatchObject([{ operationId: 'op-1', state: 'OPERATION_ERROR' }]);
    expect(story.deps.operations.ofFramework(eng.framework.id)).toEqual([]);
  });

  it('may not be a LAUNCH or LAUNCH_GROUP with an id: its tasks are in error, and that is all that is told (D-090)', async () => {
    const pod = executorInfo('pod', scalar('cpus', 0.1), scalar('mem', 32), scalar('disk', 1));
    const operations = [
      { ...launch(agent.agent.id, ['t1', cpu]), id: 'op-1' },
      { ...launchGroup(agent.agent.id, pod, ['g1', cpu]), id: 'op-2' },
    ];
    await story.accept(eng, story.offer(eng, agent, [scalar('cpus', 4), scalar('mem', 64), scalar('disk', 2)]), ...operations);
    await story.call(eng, { type: 'ACCEPT', offerIds: ['gone'], operations, filters: {} });
    expect(told().map((status) => ['taskId' in status ? status.taskId : status.operationId, status.state])).toEqual([
      ['t1', 'TASK_ERROR'],
      ['g1', 'TASK_ERROR'],
      ['t1', 'TASK_DROPPED'],
      ['g1', 'TASK_DROPPED'],
    ]);
  });

  it('may not use the id of another that is not over, in this call or before', async () => {
    const reserve: Operation = {
      type: 'RESERVE',
      id: 'op-1',
      resources: [{ ...scalar('cpus', 1), reservations: [{ type: 'dynamic', role: 'eng' }] }],
    };
    const results = await story.accept(eng, story.offer(eng, agent, [cpu, scalar('mem', 5)]), reserve, reserve);
    expect(results.map(({ refusal }) => refusal?.code)).toEqual([undefined, 'operation_invalid']);
    const [again] = await story.accept(eng, story.offer(eng, agent, [cpu]), reserve);
    expect(again?.refusal?.message).toContain('already has an operation with the id op-1');
    expect(told().map((status) => ('operationId' in status ? status.state : ''))).toEqual(['OPERATION_ERROR', 'OPERATION_ERROR']);
  });

  it('that cannot be read takes its tasks with it, and nothing else (B-076)', async () => {
    const refusal = refuse('invalid_argument', { field: 'launch', problem: 'is garbled' });
    const results = await story.accept(
      eng,
      story.offer(eng, agent, [cpu]),
      { type: 'MALFORMED', declaredType: 'LAUNCH', refusal, taskIds: ['t1'] },
      { type: 'MALFORMED', declaredType: 'LAUNCH_GROUP', refusal, taskIds: ['g1'] },
      { type: 'MALFORMED', declaredType: 'RESERVE', id: 'op-1', refusal, taskIds: [] },
      { type: 'LAUNCH', tasks: [{ taskId: 't2', task: refused(refusal) }] },
      launch(agent.agent.id, ['t3', cpu]),
    );
    expect(results.map((result) => result.tasks.map((task) => task.refusal?.code))).toEqual([
      ['invalid_argument'],
      ['invalid_argument'],
      [],
      ['invalid_argument'],
      [undefined],
    ]);
    expect(told().map((status) => [status.state, 'reason' in status ? status.reason : ''])).toEqual([
      ['TASK_ERROR', 'REASON_TASK_INVALID'],
      ['TASK_ERROR', 'REASON_TASK_GROUP_INVALID'],
      ['OPERATION_ERROR', ''],
      ['TASK_ERROR', 'REASON_TASK_INVALID'],
    ]);
  });

  it('that is a LAUNCH without tasks declines with the filter of the call (B-077)', async () => {
    await story.call(eng, {
      type: 'ACCEPT',
      offerIds: [story.offer(eng, agent, [cpu]) ?? ''],
      operations: [{ type: 'LAUNCH', tasks: [] }],
      filters: { refuseMs: 7_000 },
    });
    expect(story.recovered()).toEqual(['cpus:1 for 7000 ms']);
  });

  it('is judged by the ACLs for the framework’s principal: TASK_ERROR, REASON_TASK_UNAUTHORIZED; the others go on (B-071, B-075)', async () => {
    const noRoot = { principals: { kind: 'any' }, objects: { kind: 'some', values: new Set(['root']) } } as const;
    const none = { principals: { kind: 'any' }, objects: { kind: 'none' } } as const;
    const judged = new MasterStory(
      {},
      {
        permissive: true,
        rules: new Map([
          ['run_tasks', [none]],
          ['create_volumes', [noRoot, none]],
        ]),
      },
    );
    const framework = judged.subscribe({ principal: 'ada' });
    const its = await judged.register({ checkpointed: Resources.of([engDisk(100)]) });
    const results = await judged.accept(
      framework,
      judged.offer(framework, its, [cpu, engDisk(100)]),
      { type: 'CREATE', id: 'op-1', resources: [{ ...V, disk: { ...V.disk, persistence: { id: 'data', principal: 'ada' } } }] },
      launch(its.agent.id, ['t1', cpu]),
      launchGroup(its.agent.id, executorInfo('pod', scalar('cpus', 0.1), scalar('mem', 32), scalar('disk', 1)), [
        'g1',
        scalar('cpus', 0.5),
      ]),
      { type: 'RESERVE', resources: [{ ...scalar('cpus', 1), reservations: [{ type: 'dynamic', role: 'eng', principal: 'ada' }] }] },
    );
    expect(results.map(({ refusal, tasks }) => refusal?.code ?? tasks[0]?.refusal?.code)).toEqual([
      'unauthorized',
      'unauthorized',
      'unauthorized',
      undefined,
    ]);
    const events = framework.events.flatMap((event) => (event.type === 'UPDATE' ? [event.status] : []));
    expect(events).toMatchObject([
      { taskId: 't1', state: 'TASK_ERROR', reason: 'REASON_TASK_UNAUTHORIZED' },
      { taskId: 'g1', state: 'TASK_ERROR', reason: 'REASON_TASK_GROUP_UNAUTHORIZED' },
    ]);
    expect(framework.events).toContainEqual(
      expect.objectContaining({
        type: 'UPDATE_OPERATION_STATUS',
        status: expect.objectContaining({ operationId: 'op-1', state: 'OPERATION_ERROR' }) as unknown,
      }),
    );
  });

  it('works together with others on several offers of one agent and role (D-024)', async () => {
    const offerIds = [story.offer(eng, agent, [cpu]), story.offer(eng, agent, [cpu])].map((id) => id ?? '');
    const answer = await story.call(eng, {
      type: 'ACCEPT',
      offerIds,
      operations: [launch(agent.agent.id, ['t1', scalar('cpus', 2)])],
      filters: {},
    });
    expect(answer.results?.[0]?.tasks).toEqual([{ taskId: 't1' }]);
  });
});

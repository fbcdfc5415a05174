import type { Capability } from '@holdfast/core/offers';
import { Resources, scalar } from '@holdfast/core/resources';
import { engDisk, launch, reportedTask, volume } from '../builders.fixture';
import { MasterStory, type StoryFramework } from '../master.fixture';
import { agentInfoOf, watched } from './agent-health.fixture';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);
const checkpointed = Resources.of([engDisk(60), V]);
const WITHOUT_PARTITIONS = { capabilities: new Set<Capability>(['SHARED_RESOURCES', 'MULTI_ROLE', 'RESERVATION_REFINEMENT']) };

const told = ({ events }: StoryFramework, taskId = 't1') =>
  events.flatMap((event) => (event.type === 'UPDATE' && event.status.taskId === taskId ? [event.status] : []));
const lastOf = (framework: StoryFramework, taskId?: string) => {
  const status = told(framework, taskId).at(-1);
  return [status?.state, status?.reason];
};

/** A framework whose task t1 runs on the only agent and uses the volume. */
async function withTask(more: Parameters<MasterStory['subscribe']>[0] = {}) {
  const story = new MasterStory();
  const eng = story.subscribe(more);
  const agent = await story.register({ checkpointed });
  const watch = watched(story);
  await story.accept(eng, story.offer(eng, agent, [cpu, V]), launch(agent.agent.id, ['t1', cpu, V]));
  await story.report(agent, 't1', 'TASK_RUNNING');
  await story.call(eng, { type: 'ACKNOWLEDGE', agentId: agent.agent.id, taskId: 't1', uuid: Buffer.from('t1TASK_RUNNING') });
  const running = story.deps.tasks.get(eng.framework.id, 't1');
  const report = { ...reportedTask(agent.agent.id, 't1', 'TASK_RUNNING', [cpu, V], eng.framework.id), launchId: running!.launchId };
  const comeBack = (tasks = [report]) => story.register({ agent: agentInfoOf(agent), checkpointed, tasks });
  return { story, eng, agent, ...watch, comeBack };
}

describe.each([
  ['PARTITION_AWARE', {}, 'TASK_UNREACHABLE'],
  ['without PARTITION_AWARE', WITHOUT_PARTITIONS, 'TASK_LOST'],
] as const)('the task of a framework %s', (_what, more, state) => {
  it(`is ${state} when its agent is silent, and its holder stays (D-075)`, async () => {
    const { story, eng, agent, pass } = await withTask(more);
    await pass(90_000);
    expect(told(eng).at(-1)).toMatchObject({
      state,
      reason: 'REASON_AGENT_REMOVED',
      source: 'SOURCE_MASTER',
      message: `Agent ${agent.agent.id} is unreachable: it has missed 5 pings`,
      unreachableSinceMs: story.world.nowMs(),
    });
    expect(told(eng).at(-1)).not.toHaveProperty('uuid');
    expect(await story.holders('eng/data')).toEqual(['t1 running']);
  });

  it('is running again when its agent is back (D-076)', async () => {
    const { story, eng, comeBack, pass } = await withTask(more);
    await pass(90_000);
    await comeBack();
    expect(lastOf(eng)).toEqual(['TASK_RUNNING', 'REASON_AGENT_REREGISTERED']);
    expect(await story.holders('eng/data')).toEqual(['t1 running']);
    expect(story.deps.tasks.get(eng.framework.id, 't1')?.state).toBe('TASK_RUNNING');
  });

  it('is told of, too, when its agent is unknown to this master (D-076)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe(more);
    const tasks = [reportedTask('of-before', 't1', 'TASK_RUNNING', [cpu], eng.framework.id)];
    await story.register({ agent: { id: 'of-before', hostname: 'host-1', httpPort: 5051, attributes: [] }, tasks });
    expect(lastOf(eng)).toEqual(['TASK_RUNNING', 'REASON_AGENT_REREGISTERED']);
  });

  it('is told as it is by then: ended while nobody heard of it', async () => {
    const { story, eng, comeBack, pass } = await withTask(more);
    await pass(90_000);
    await comeBack([]);
    expect(lastOf(eng)).toEqual([state === 'TASK_LOST' ? 'TASK_LOST' : 'TASK_GONE', 'REASON_AGENT_RESTARTED']);
    expect(await story.holders('eng/data')).toEqual([]);
  });
});

describe('an agent that is silent', () => {
  it('has its offers rescinded, and is not offered until it is back (D-075, D-076)', async () => {
    const { story, eng, agent, comeBack, pass } = await withTask();
    story.offer(eng, agent, [cpu]);
    await pass(90_000);
    expect(eng.events.filter(({ type }) => type === 'RESCIND')).toHaveLength(1);
    expect(story.changes.at(-1)).toEqual({ kind: 'remove_agent', agentId: agent.agent.id });
    expect(story.offer(eng, agent, [cpu])).toBeUndefined();
    const again = await comeBack();
    expect(story.changes.at(-1)).toMatchObject({ kind: 'put_agent', agentId: agent.agent.id, active: true });
    expect(story.offer(eng, again, [cpu])).toBeDefined();
  });

  it('is lost to every framework, whether it has tasks there or not (D-075)', async () => {
    const { story, eng, agent, pass } = await withTask();
    const other = story.subscribe({ name: 'other' });
    await pass(90_000);
    for (const framework of [eng, other]) expect(framework.events.at(-1)).toEqual({ type: 'FAILURE', agentId: agent.agent.id });
  });

  it('has nothing of what it says taken over the stream of before (D-075)', async () => {
    const { agent, pass } = await withTask();
    const { link } = agent.agent;
    await pass(90_000);
    expect([link === undefined, agent.agent.link, agent.drops.length]).toEqual([false, undefined, 1]);
  });
});

describe('a framework', () => {
  it('that was away hears, when it resubscribes and asks, what it has missed (D-060, D-075)', async () => {
    const { story, eng, agent, pass } = await withTask({ failoverTimeoutMs: 1_000_000 });
    eng.disconnect();
    await pass(90_000);
    const { unreachableSinceMs } = agent.agent;
    await pass(5_000);
    const back = story.subscribe({ id: eng.framework.id });
    await story.call(back, { type: 'RECONCILE', tasks: [] });
    expect(told(back).at(-1)).toMatchObject({ state: 'TASK_UNREACHABLE', reason: 'REASON_RECONCILIATION', unreachableSinceMs });
    expect(unreachableSinceMs).toBe(story.world.nowMs() - 5_000);
  });

  it('that was torn down meanwhile is shut down on the agent that comes back, and its task is not told of (D-076, D-089)', async () => {
    const { story, eng, comeBack, pass } = await withTask();
    await pass(90_000);
    await story.call(eng, { type: 'TEARDOWN' });
    const { length } = eng.events;
    const again = await comeBack();
    expect(again.sent.filter(({ kind }) => kind === 'shutdown_framework')).toEqual([
      { kind: 'shutdown_framework', frameworkId: eng.framework.id },
    ]);
    expect(eng.events).toHaveLength(length);
    expect(await story.holders('eng/data')).toEqual(['t1 running']);
    expect(story.deps.tasks.get(eng.framework.id, 't1')?.state).toBe('TASK_KILLED');
  });

  it('has a task back that this master had given up, if its agent still runs it (D-089)', async () => {
    const { story, eng, comeBack } = await withTask();
    await comeBack([]);
    expect(lastOf(eng)).toEqual(['TASK_GONE', 'REASON_AGENT_RESTARTED']);
    expect(await story.holders('eng/data')).toEqual([]);
    await comeBack();
    expect(story.deps.tasks.get(eng.framework.id, 't1')?.state).toBe('TASK_RUNNING');
    expect(await story.holders('eng/data')).toEqual(['t1 running']);
  });
});

describe('an agent that registers again', () => {
  it('wins: its volumes and reservations are what the master goes by, whatever message was lost (D-088)', async () => {
    const { story, agent, comeBack } = await withTask();
    const W = volume('other', 20);
    const more = Resources.of([engDisk(40), V, W]);
    const grown = await story.register({ agent: agentInfoOf(agent), checkpointed: more });
    expect([grown.agent.total.count(W), grown.agent.total.count(V)]).toEqual([1, 1]);
    const { agent: shrunk } = await comeBack();
    expect([shrunk.total.count(W), shrunk.total.count(V)]).toEqual([0, 1]);
    expect(story.changes.at(-1)).toMatchObject({ kind: 'put_agent' });
    const [known] = await story.ledger.readVolumes(['store-1'], 'eng/other');
    expect(known?.state).not.toBe('ready');
  });

  it('with checkpointed resources that do not fit its own is refused for good (D-087, A-183)', async () => {
    const { story } = await withTask();
    const refusal = await story
      .register({ resources: 'cpus:4;disk:50', checkpointed, storeId: 'store-2' })
      .catch((fault: Error) => fault.message);
    expect(refusal).toMatch(/Incompatible agent resources/);
    expect([...story.deps.agents.all()]).toHaveLength(1);
  });
});

import { refuse } from '@holdfast/core/base';
import type { Operation } from '@holdfast/core/offers';
import { Resources, scalar } from '@holdfast/core/resources';
import { disconnectAgent } from '../agents';
import { engDisk, launch, reportedTask, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';
import { operationsUnreachable } from '../operations/adopt-operations';
import { reconcileOperations } from '../operations/reconcile-operations';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);
const drain = (id?: string): Operation => ({
  type: 'DESTROY',
  resources: [V],
  whenUnused: { admitsReaders: false, onDeadline: 'cancel' },
  ...(id !== undefined && { id }),
});

describe('a destroy that waits, and its agent', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register({ checkpointed: Resources.of([engDisk(60), V]) });
    await story.accept(eng, story.offer(eng, agent, [cpu, V]), launch(agent.agent.id, ['t1', cpu, V]));
    await story.report(agent, 't1', 'TASK_RUNNING');
    await story.accept(eng, story.offer(eng, agent, [cpu, V]), drain('op'));
  });

  const lose = () => disconnectAgent(story.deps, agent.agent, agent.agent.link!);
  const settled = (of: StoryAgent) => of.agent.queue.run(() => undefined);
  const state = async (of = story) => (await of.ledger.readVolumes(['store-1'], 'eng/data'))[0]?.state;
  const destroys = (of: StoryAgent) => of.sent.flatMap((message) => (message.kind === 'apply_operation' ? [message] : []));
  const tasks = (reported: 'TASK_RUNNING' | 'TASK_FINISHED' = 'TASK_RUNNING') => {
    const launchId =
      story.deps.tasks.get(eng.framework.id, 't1')?.launchId ?? agent.sent.flatMap((m) => ('launchId' in m ? [m.launchId] : []))[0];
    return [{ ...reportedTask(agent.agent.id, 't1', reported, [cpu, V], eng.framework.id), launchId: launchId! }];
  };
  const again = (of = story, more: Parameters<MasterStory['register']>[0] = {}) =>
    of.register({
      agent: { id: agent.agent.id, hostname: 'host-1', httpPort: 5051, attributes: [] },
      checkpointed: Resources.of([engDisk(60), V]),
      tasks: tasks(),
      ...more,
    });
  const booked = (of = story) => of.changes.flatMap((change) => (change.kind === 'put_agent' ? [change.total.count(V)] : [])).at(-1);
  const statuses = (of = eng) => of.events.flatMap((event) => (event.type === 'UPDATE_OPERATION_STATUS' ? [event.status.state] : []));

  it('outlive one another: an agent that comes back with its task waits on, and the allocator never hears of the volume', async () => {
    lose();
    const back = await again();
    expect([back.agent.total.count(V), booked(), back.agent.drains.size]).toEqual([1, 0, 1]);
    expect([destroys(back), statuses()]).toEqual([[], []]);
    await story.report({ ...back, sent: agent.sent }, 't1', 'TASK_FINISHED');
    await settled(back);
    expect(destroys(back)).toMatchObject([{ operation: { type: 'DESTROY', id: 'op' }, frameworkId: eng.framework.id }]);
  });

  it('come to their end when the agent comes back without the task: the report is the last release', async () => {
    lose();
    const back = await again(story, { tasks: [] });
    expect(await state()).toBe('destroying');
    expect(destroys(back)).toMatchObject([{ operation: { type: 'DESTROY', id: 'op', resources: [V] }, frameworkId: eng.framework.id }]);
    expect([back.agent.total.count(V), booked(), back.agent.drains.size]).toEqual([0, 0, 0]);
    expect(statuses()).toEqual([]);
    await story.carryOut(back);
    expect(await state()).toBe('gone');
    expect(back.agent.total.filter((r) => !r.disk && r.reservations.length > 0).toString()).toMatch(/:100$/);
  });

  it('come to their end while the agent is away, if evidence comes before: it destroys when it is back, once', async () => {
    const release = story.report(agent, 't1', 'TASK_FINISHED');
    lose();
    await release;
    await settled(agent);
    expect([destroys(agent).length, agent.agent.total.count(V), agent.agent.destroying.size]).toEqual([0, 0, 1]);
    const back = await again(story, { tasks: [] });
    expect([destroys(back).length, back.agent.destroying.size]).toEqual([1, 1]);
  });

  it('are as they were while the ledger is away at its return: still withheld, nothing deleted, and settled with the next report', async () => {
    lose();
    story.ledger.isLinked = false;
    const back = await again();
    expect([booked(), back.agent.drains.size]).toEqual([0, 1]);
    expect(statuses()).toEqual([]);
    story.ledger.isLinked = true;
    const settledBack = await again(story, { tasks: [] });
    expect(destroys(settledBack)).toMatchObject([{ operation: { id: 'op' } }]);
  });

  it('which is destroying while the ledger is away at its return is told nothing before the ledger has seen its report', async () => {
    await story.report(agent, 't1', 'TASK_FINISHED');
    await settled(agent);
    lose();
    story.ledger.isLinked = false;
    const back = await again(story, { tasks: [] });
    expect([destroys(back), back.agent.total.count(V), booked(), statuses()]).toEqual([[], 0, 0, []]);
    story.ledger.isLinked = true;
    expect(destroys(await again(story, { tasks: [] }))).toMatchObject([{ operation: { id: 'op' }, frameworkId: eng.framework.id }]);
  });

  it('that was taken back unheard, as the ledger has it, has failed for whoever asked', async () => {
    lose();
    await story.ledger.apply('store-1', [{ kind: 'cancel_destroy', volume: 'eng/data', generation: 1, cause: 'in doubt' }]);
    const back = await again();
    expect([statuses(), back.agent.drains.size, booked()]).toEqual([['OPERATION_FAILED'], 0, 1]);
  });

  it('which was silent for too long: the operation was unreachable, and is pending again', async () => {
    lose();
    operationsUnreachable(story.deps, agent.agent);
    await again();
    expect(statuses()).toEqual(['OPERATION_UNREACHABLE', 'OPERATION_PENDING']);
  });

  it('under another id: what its store waits for goes with the store, and the old id keeps no deadline of it', async () => {
    lose();
    const moved = await again(story, { agent: { id: 'new-id', hostname: 'host-1', httpPort: 5051, attributes: [] }, tasks: [] });
    expect([agent.agent.drains.size, moved.agent.drains.size]).toEqual([0, 0]);
    expect([destroys(agent), await state()]).toEqual([[], 'destroying']);
    expect(destroys(moved)).toMatchObject([{ operation: { type: 'DESTROY', resources: [V] } }]);
  });

  it('are known to the next master from the ledger: withheld, pending for whoever asked, destroyed by the last release', async () => {
    const next = story.successor();
    const back = await again(next);
    expect([booked(next), back.agent.drains.size]).toEqual([0, 1]);
    const there = next.subscribe({ id: eng.framework.id });
    reconcileOperations(next.deps, there.framework, { frameworkId: eng.framework.id, operations: [] });
    expect(statuses(there)).toEqual(['OPERATION_PENDING']);
    const task = next.deps.tasks.get(eng.framework.id, 't1')!;
    const holder = { frameworkId: task.frameworkId, taskId: task.taskId, launchId: task.launchId, agentId: task.agentId };
    await next.ledger.record('store-1', { kind: 'release_volumes', holder, volumes: ['eng/data'], cause: 'TASK_FINISHED' });
    await settled(back);
    expect(destroys(back)).toMatchObject([{ operation: { type: 'DESTROY', id: 'op' }, frameworkId: eng.framework.id }]);
  });

  it('whose last holder left while no master led is destroyed by the next one, which tells whoever asked', async () => {
    const next = story.successor();
    const back = await again(next, { tasks: [] });
    expect(destroys(back)).toMatchObject([{ operation: { type: 'DESTROY', id: 'op' }, frameworkId: eng.framework.id }]);
    expect(next.deps.operations.get(eng.framework.id, 'op')?.status.state).toBe('OPERATION_PENDING');
    next.reportOperation(back, eng.framework.id, 'op', 'OPERATION_FINISHED');
    expect(statuses(next.subscribe({ id: eng.framework.id }))).toEqual(['OPERATION_FINISHED']);
  });

  it('which does not delete at once is asked again, and nothing is taken for gone meanwhile (A-043)', async () => {
    await story.report(agent, 't1', 'TASK_FINISHED');
    await settled(agent);
    await story.carryOut(agent, refuse('agent_failed', { problem: 'it is mounted' }));
    expect([destroys(agent).length, await state()]).toEqual([1, 'destroying']);
  });
});

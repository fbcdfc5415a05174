import { Resources, scalar } from '@holdfast/core/resources';
import { disconnectAgent } from '../agents';
import { recoverAgents } from '../agents/recover-agents';
import { engDisk, launch, reportedTask, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';
import { acknowledgeUpdate } from './acknowledge-update';
import { killTask } from './kill-task';
import { reconcileTasks } from './reconcile-tasks';
import { confirmTaskGone, updateTask } from './update-task';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);

describe('a task', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register({ checkpointed: Resources.of([engDisk(100)]) });
    const offer = story.offer(eng, agent, [scalar('cpus', 4), engDisk(100)]);
    await story.accept(eng, offer, { type: 'CREATE', resources: [V] }, launch(agent.agent.id, ['t1', cpu, V]));
  });

  const updates = () => eng.events.flatMap((event) => (event.type === 'UPDATE' ? [event.status] : []));

  it('holds its volume as pending until the agent reports it running (A-040)', async () => {
    expect(await story.holders('eng/data')).toEqual(['t1 pending']);
    await story.report(agent, 't1', 'TASK_RUNNING');
    expect(await story.holders('eng/data')).toEqual(['t1 running']);
  });

  it('releases its volume before its framework hears of the end (architecture 11.2)', async () => {
    let holdersWhenTold: Promise<readonly string[]> | undefined;
    const told = eng.events.push.bind(eng.events);
    eng.events.push = (...events) => {
      holdersWhenTold = story.holders('eng/data');
      return told(...events);
    };
    await story.report(agent, 't1', 'TASK_FINISHED');
    expect(await holdersWhenTold).toEqual([]);
    expect(updates().at(-1)).toMatchObject({ taskId: 't1', state: 'TASK_FINISHED' });
  });

  it('tells its framework of the end after one second if the ledger does not answer (architecture 11.2)', async () => {
    story.ledger.isLinked = false;
    const reported = story.report(agent, 't1', 'TASK_FINISHED');
    expect(updates()).toEqual([]);
    story.world.advance(1_000);
    await reported;
    expect(updates().at(-1)).toMatchObject({ state: 'TASK_FINISHED' });
    expect(story.ledger.recorded.at(-1)).toMatchObject({ kind: 'release_volumes', cause: 'TASK_FINISHED' });
  });

  it('releases first also when the evidence comes before its last statuses (architecture 11.2)', async () => {
    const launched = story.deps.tasks.get(eng.framework.id, 't1');
    if (!launched) throw new Error('t1 is not known');
    story.ledger.isLinked = false;
    const { frameworkId, taskId, launchId } = launched;
    const gone = confirmTaskGone(story.deps, agent.agent, { kind: 'task_gone', frameworkId, taskId, launchId, cause: 'TASK_FINISHED' });
    const told = story.report(agent, 't1', 'TASK_FINISHED');
    await new Promise(setImmediate);
    expect(updates()).toEqual([]);
    story.world.advance(1_000);
    await told;
    expect(updates().at(-1)).toMatchObject({ state: 'TASK_FINISHED' });
    await story.ledger.comeBack();
    await gone;
  });

  const evidence = () => {
    const { frameworkId, taskId, launchId } = story.deps.tasks.get(eng.framework.id, 't1')!;
    return { kind: 'task_gone', frameworkId, taskId, launchId, cause: 'TASK_FINISHED' } as const;
  };
  const confirmations = () => agent.sent.filter(({ kind }) => kind === 'task_gone_confirmed');

  it('is confirmed to be gone only when the ledger has its release, once for all that was repeated meanwhile (A-041)', async () => {
    const message = evidence();
    story.ledger.isLinked = false;
    const [first, again] = [confirmTaskGone(story.deps, agent.agent, message), confirmTaskGone(story.deps, agent.agent, message)];
    story.world.advance(5_000);
    await again;
    expect(confirmations()).toEqual([]);
    await story.ledger.comeBack();
    await first;
    expect(confirmations()).toHaveLength(1);
    expect(await story.holders('eng/data')).toEqual([]);
    await confirmTaskGone(story.deps, agent.agent, message);
    expect(confirmations()).toHaveLength(2);
  });

  it('is confirmed to be gone as often as its agent says so, and released once (A-041)', async () => {
    const gone = evidence();
    await story.report(agent, 't1', 'TASK_FINISHED', 'uuid-1');
    await confirmTaskGone(story.deps, agent.agent, gone);
    expect(confirmations()).toHaveLength(1);
    // Its agent was killed before it had written the confirmation down.
    await confirmTaskGone(story.deps, agent.agent, gone);
    expect(confirmations()).toHaveLength(2);
    const uuid = Buffer.from('uuid-1');
    acknowledgeUpdate(story.deps, eng.framework, { frameworkId: eng.framework.id, agentId: agent.agent.id, taskId: 't1', uuid });
    expect(story.deps.tasks.get(eng.framework.id, 't1')).toBeUndefined();
    await confirmTaskGone(story.deps, agent.agent, gone);
    expect(confirmations()).toHaveLength(3);
    expect(story.changes.filter((change) => change.kind === 'recover_resources' && !change.offered)).toHaveLength(1);
  });

  it('that this master does not know is not confirmed to be gone before its agent’s report is reconciled (A-182)', async () => {
    const message = { ...evidence(), taskId: 'unknown', launchId: 'unknown' };
    agent.agent.isReconciled = false;
    await confirmTaskGone(story.deps, agent.agent, message);
    expect(confirmations()).toEqual([]);
    agent.agent.isReconciled = true;
    await confirmTaskGone(story.deps, agent.agent, message);
    expect(confirmations()).toHaveLength(1);
  });

  it('gives its resources back once, however often its end is reported', async () => {
    await story.report(agent, 't1', 'TASK_FINISHED');
    await story.report(agent, 't1', 'TASK_FINISHED');
    const ofTasks = story.changes.filter((change) => change.kind === 'recover_resources' && !change.offered);
    expect(ofTasks).toHaveLength(1);
  });

  it('stays known until its end is acknowledged, and the acknowledgement reaches the agent (D-050)', async () => {
    await story.report(agent, 't1', 'TASK_FINISHED', 'uuid-1');
    expect(story.deps.tasks.get(eng.framework.id, 't1')).toBeDefined();
    const ack = { frameworkId: eng.framework.id, agentId: agent.agent.id, taskId: 't1' };
    acknowledgeUpdate(story.deps, eng.framework, { ...ack, uuid: Buffer.from('another') });
    expect(story.deps.tasks.get(eng.framework.id, 't1')).toBeDefined();
    acknowledgeUpdate(story.deps, eng.framework, { ...ack, uuid: Buffer.from('uuid-1') });
    expect(story.deps.tasks.get(eng.framework.id, 't1')).toBeUndefined();
    expect(agent.sent.at(-1)).toMatchObject({ kind: 'acknowledge_update', taskId: 't1' });
  });

  it('is not told of twice when its agent repeats what is acknowledged, which is answered for its framework (D-050)', async () => {
    await story.report(agent, 't1', 'TASK_RUNNING', 'uuid-1');
    const uuid = Buffer.from('uuid-1');
    acknowledgeUpdate(story.deps, eng.framework, { frameworkId: eng.framework.id, agentId: agent.agent.id, taskId: 't1', uuid });
    const [told, answered] = [updates().length, agent.sent.length];
    await story.report(agent, 't1', 'TASK_RUNNING', 'uuid-1');
    expect(updates()).toHaveLength(told);
    expect(agent.sent.slice(answered)).toEqual([{ kind: 'acknowledge_update', frameworkId: eng.framework.id, taskId: 't1', uuid }]);
    await story.report(agent, 't1', 'TASK_FINISHED', 'uuid-2');
    expect(updates().at(-1)).toMatchObject({ state: 'TASK_FINISHED', uuid: Buffer.from('uuid-2') });
  });

  it('is killed with the grace period of the call (D-056)', () => {
    killTask(story.deps, eng.framework, { frameworkId: eng.framework.id, taskId: 't1', graceMs: 500 });
    expect(agent.sent.at(-1)).toEqual({ kind: 'kill_task', frameworkId: eng.framework.id, taskId: 't1', graceMs: 500 });
  });

  it('is killed when its agent is back, if that was away; a KILL that names another agent is refused (D-056)', async () => {
    const task = story.deps.tasks.get(eng.framework.id, 't1');
    if (agent.agent.link) disconnectAgent(story.deps, agent.agent, agent.agent.link);
    expect(killTask(story.deps, eng.framework, { frameworkId: eng.framework.id, taskId: 't1', agentId: 'another' }).ok).toBe(false);
    killTask(story.deps, eng.framework, { frameworkId: eng.framework.id, taskId: 't1', graceMs: 500 });
    const reported = { ...reportedTask(agent.agent.id, 't1', 'TASK_RUNNING', [cpu], eng.framework.id), launchId: task?.launchId ?? '' };
    const info = { id: agent.agent.id, hostname: 'host-1', httpPort: 5051, attributes: [] };
    const again = await story.register({ agent: info, tasks: [reported] });
    expect(again.sent.at(-1)).toEqual({ kind: 'kill_task', frameworkId: eng.framework.id, taskId: 't1', graceMs: 500 });
  });

  it('gives its resources back as soon as its latest state is the end, whatever its framework has acknowledged (D-052, A-042)', async () => {
    const task = story.deps.tasks.get(eng.framework.id, 't1');
    const status = {
      taskId: 't1',
      agentId: agent.agent.id,
      state: 'TASK_RUNNING',
      source: 'SOURCE_EXECUTOR',
      timestampMs: 0,
      uuid: Buffer.from('u'),
    } as const;
    const latestState = 'TASK_FINISHED' as const;
    await updateTask(story.deps, agent.agent, {
      kind: 'task_update',
      frameworkId: eng.framework.id,
      launchId: task?.launchId ?? '',
      status,
      latestState,
    });
    expect(story.changes.at(-1)).toMatchObject({ kind: 'recover_resources', offered: false });
    expect(updates().at(-1)?.state).toBe('TASK_RUNNING');
  });

  it('is told of with everything that its agent says; what its health was last is repeated when it is asked about (D-060)', async () => {
    const { launchId = '' } = story.deps.tasks.get(eng.framework.id, 't1') ?? {};
    const status = {
      taskId: 't1',
      agentId: agent.agent.id,
      executorId: 'own',
      state: 'TASK_RUNNING',
      source: 'SOURCE_EXECUTOR',
      reason: 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED',
      message: 'm',
      timestampMs: 7,
      uuid: Buffer.from('u'),
      healthy: false,
      checkResult: { kind: 'http', statusCode: 503 },
      limitation: Resources.of([scalar('mem', 64)]),
      data: Buffer.from('d'),
      labels: [{ key: 'k', value: 'v' }],
    } as const;
    await updateTask(story.deps, agent.agent, {
      kind: 'task_update',
      frameworkId: eng.framework.id,
      launchId,
      status,
      latestState: 'TASK_RUNNING',
    });
    expect(updates().at(-1)).toEqual(status);
    reconcileTasks(story.deps, eng.framework, { frameworkId: eng.framework.id, tasks: [] });
    const { healthy, checkResult, executorId } = status;
    expect(updates().at(-1)).toMatchObject({ reason: 'REASON_RECONCILIATION', healthy, checkResult, executorId });
    expect(Object.keys(updates().at(-1) ?? {})).not.toContain('data');
  });

  it('whose status the master made itself has nothing to acknowledge (D-051)', async () => {
    const offer = story.offer(eng, agent, [cpu]);
    await story.accept(eng, offer, launch(agent.agent.id, ['bad', scalar('cpus', 8)]));
    expect(updates().at(-1)).toMatchObject({ state: 'TASK_ERROR', source: 'SOURCE_MASTER' });
    expect(updates().at(-1)).not.toHaveProperty('uuid');
  });

  it('is not reconciled while an agent that may have it has not come back; unreachable, it is said to be (D-060, D-061)', async () => {
    const info = { hostname: 'h', httpPort: 5051, attributes: [] };
    const silent = await story.register({ storeId: 'store-2' });
    silent.agent.state = 'unreachable';
    const ask = (...tasks: { taskId: string; agentId?: string }[]) =>
      reconcileTasks(story.deps, eng.framework, { frameworkId: eng.framework.id, tasks });
    ask({ taskId: 'a', agentId: silent.agent.id });
    expect(updates().map(({ state }) => state)).toEqual(['TASK_UNREACHABLE']);
    story.deps.agentStore.load = async () => [{ id: 'late', storeId: 'store-9', info }];
    await recoverAgents(story.deps);
    ask({ taskId: 'b', agentId: 'late' }, { taskId: 'c' });
    expect(updates()).toHaveLength(1);
    ask({ taskId: 'd', agentId: agent.agent.id });
    expect(updates().at(-1)?.state).toBe('TASK_GONE');
  });

  it('that is asked about is TASK_LOST, whatever became of it, for a framework that is not PARTITION_AWARE (D-060, C-079)', () => {
    const old = story.subscribe({ capabilities: new Set() });
    reconcileTasks(story.deps, old.framework, {
      frameworkId: old.framework.id,
      tasks: [
        { taskId: 'a', agentId: agent.agent.id },
        { taskId: 'b', agentId: 'nobody' },
      ],
    });
    const states = old.events.flatMap((event) => (event.type === 'UPDATE' ? [event.status.state] : []));
    expect(states).toEqual(['TASK_LOST', 'TASK_LOST']);
  });

  it('that nobody knows is answered like reconciliation when killed (D-056, D-060)', () => {
    killTask(story.deps, eng.framework, { frameworkId: eng.framework.id, taskId: 'nobody' });
    expect(updates().at(-1)).toMatchObject({ taskId: 'nobody', state: 'TASK_UNKNOWN', reason: 'REASON_RECONCILIATION' });
  });

  it('is reconciled implicitly and explicitly, without uuid (D-060)', () => {
    reconcileTasks(story.deps, eng.framework, { frameworkId: eng.framework.id, tasks: [] });
    expect(updates()).toEqual([expect.objectContaining({ taskId: 't1', state: 'TASK_STAGING', reason: 'REASON_RECONCILIATION' })]);
    const asked = [{ taskId: 'nobody', agentId: agent.agent.id }, { taskId: 'nobody' }];
    reconcileTasks(story.deps, eng.framework, { frameworkId: eng.framework.id, tasks: asked });
    expect(updates().map(({ state }) => state)).toEqual(['TASK_STAGING', 'TASK_GONE', 'TASK_UNKNOWN']);
    expect(updates().every(({ uuid }) => uuid === undefined)).toBe(true);
  });
});

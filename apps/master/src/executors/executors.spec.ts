import { Resources, scalar } from '@holdfast/core/resources';
import { asBookChange } from '../agents';
import { disconnectAgent } from '../agents/disconnect-agent';
import { engDisk, executorInfo, launch, launchGroup, reportedTask, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';
import { confirmTaskGone } from '../tasks/update-task';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);
const pod = executorInfo('pod', scalar('cpus', 0.5), scalar('mem', 32), scalar('disk', 1));
const offered = [scalar('cpus', 4), scalar('mem', 1024), scalar('disk', 100), V];

describe('a task group', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register({ checkpointed: Resources.of([engDisk(60), V]) });
  });

  const start = (...taskIds: string[]) =>
    story.accept(eng, story.offer(eng, agent, offered), launchGroup(agent.agent.id, pod, ...taskIds.map((id) => [id, cpu, V] as const)));
  const executor = () => story.deps.executors.get(agent.agent.id, eng.framework.id, 'pod');
  const usedCpus = () => {
    const put = asBookChange(story.deps, agent.agent);
    return put.kind === 'put_agent' ? Resources.sum(put.used.map(({ resources }) => resources)).scalarMilli('cpus') : undefined;
  };
  const recoveredOfTasks = () =>
    story.changes.flatMap((change) => (change.kind === 'recover_resources' && !change.offered ? [change.resources.toString()] : []));
  const failures = () => eng.events.filter(({ type }) => type === 'FAILURE');

  it('shows its executor in the next offers to its framework, and in nobody else’s (C-092)', async () => {
    const other = story.subscribe({ name: 'other' });
    await start('a');
    const executorIdsOf = (framework: StoryFramework) => {
      const id = story.offer(framework, agent, [cpu]);
      return story.deps.offers.ofFramework(framework.framework.id).find((offer) => offer.id === id)?.executorIds;
    };
    expect([executorIdsOf(eng), executorIdsOf(other)]).toEqual([['pod'], undefined]);
  });

  it('goes to the agent in one message, each task with its executor, and holds its volume per task (A-070, B-074)', async () => {
    const [result] = await start('a', 'b');
    expect(result).toMatchObject({ type: 'LAUNCH_GROUP', tasks: [{ taskId: 'a' }, { taskId: 'b' }] });
    expect(result?.refusal).toBeUndefined();
    const [sent, ...more] = agent.sent.slice(1);
    expect(more).toEqual([]);
    if (sent?.kind !== 'run_group') throw new Error('not a run_group');
    expect(sent.tasks.map(({ info }) => [info.taskId, info.executor?.executorId])).toEqual([
      ['a', 'pod'],
      ['b', 'pod'],
    ]);
    expect(await story.holders('eng/data')).toEqual(['a pending', 'b pending']);
    const used = story.changes.find((change) => change.kind === 'use_resources');
    expect(used?.resources.scalarMilli('cpus')).toBe(2500);
    expect(used?.resources.count(V)).toBe(2);
  });

  it('starts nothing if one task cannot, and says so of every task (B-074)', async () => {
    const offer = story.offer(eng, agent, offered);
    const [result] = await story.accept(eng, offer, launchGroup(agent.agent.id, pod, ['a', cpu], ['b', scalar('cpus', 9)]));
    expect(result?.tasks.map(({ refusal }) => refusal?.code)).toEqual(['insufficient_resources', 'insufficient_resources']);
    const told = eng.events.flatMap((event) => (event.type === 'UPDATE' ? [event.status] : []));
    expect(told.map(({ taskId, state, reason }) => [taskId, state, reason])).toEqual([
      ['a', 'TASK_ERROR', 'REASON_TASK_GROUP_INVALID'],
      ['b', 'TASK_ERROR', 'REASON_TASK_GROUP_INVALID'],
    ]);
    expect(agent.sent).toHaveLength(1);
    expect(executor()).toBeUndefined();
  });

  it('has its executor in the books from the first of its tasks to the end of the last, when the framework is told', async () => {
    await start('a', 'b');
    expect(usedCpus()).toBe(2500);
    await story.report(agent, 'a', 'TASK_FINISHED');
    expect(executor()).toBeDefined();
    expect(failures()).toEqual([]);
    await story.report(agent, 'b', 'TASK_KILLED');
    expect(executor()).toBeUndefined();
    expect(recoveredOfTasks().filter((text) => text.startsWith('cpus:0.5'))).toHaveLength(1);
    expect(failures()).toEqual([{ type: 'FAILURE', agentId: agent.agent.id, executorId: 'pod' }]);
    expect(eng.events.slice(-2).map(({ type }) => type)).toEqual(['UPDATE', 'FAILURE']);
    expect(usedCpus()).toBe(0);
  });

  it('whose last tasks end at once: the framework is told of each before it is told of the executor', async () => {
    await start('a', 'b');
    const heard = eng.events.length;
    await Promise.all([story.report(agent, 'a', 'TASK_KILLED'), story.report(agent, 'b', 'TASK_KILLED')]);
    expect(eng.events.slice(heard).map(({ type }) => type)).toEqual(['UPDATE', 'UPDATE', 'FAILURE']);
    expect(executor()).toBeUndefined();
    expect(usedCpus()).toBe(0);
  });

  it('has its executor to itself: one of the same id of another framework is another', async () => {
    const other = story.subscribe({ name: 'other' });
    await start('a');
    await story.accept(other, story.offer(other, agent, offered), launchGroup(agent.agent.id, pod, ['a', cpu]));
    expect(usedCpus()).toBe(3000);
    await story.report(agent, 'a', 'TASK_FINISHED');
    expect(executor()).toBeUndefined();
    expect(failures()).toHaveLength(1);
    expect(other.events.some(({ type }) => type === 'FAILURE')).toBe(false);
    expect(usedCpus()).toBe(1500);
  });

  it('of a removed framework keeps its executor in the books until its processes are gone', async () => {
    await start('a');
    const { launchId = '' } = story.deps.tasks.get(eng.framework.id, 'a') ?? {};
    await story.call(eng, { type: 'TEARDOWN' });
    expect(usedCpus()).toBe(1500);
    await confirmTaskGone(story.deps, agent.agent, {
      kind: 'task_gone',
      frameworkId: eng.framework.id,
      taskId: 'a',
      launchId,
      cause: 'TASK_KILLED',
    });
    expect(usedCpus()).toBe(0);
    expect(executor()).toBeUndefined();
  });

  it('on an executor that runs is not charged for it again; another executor under its id is refused (D-035, D-036)', async () => {
    await start('a');
    await start('b');
    expect(usedCpus()).toBe(2500);
    const other = { ...executorInfo('pod', scalar('cpus', 0.7), scalar('mem', 32), scalar('disk', 1)), wire: Buffer.from('another') };
    const [result] = await story.accept(eng, story.offer(eng, agent, offered), launchGroup(agent.agent.id, other, ['c', cpu]));
    expect(result?.tasks[0]?.refusal?.code).toBe('operation_invalid');
  });

  it('keeps its executor when the last task before it ends while the ledger is asked for it (D-036)', async () => {
    await start('a');
    const apply = story.ledger.apply.bind(story.ledger);
    story.ledger.apply = async (...units) => {
      story.ledger.apply = apply;
      await story.report(agent, 'a', 'TASK_FINISHED');
      return apply(...units);
    };
    await start('b');
    expect(executor()).toBeDefined();
    expect(usedCpus()).toBe(1500);
    await story.report(agent, 'b', 'TASK_FINISHED');
    expect(executor()).toBeUndefined();
    expect(usedCpus()).toBe(0);
  });

  it('is known again, with its executor, from what a registering agent reports', async () => {
    const tasks = ['a', 'b'].map((id) => {
      const task = reportedTask('x', id, 'TASK_RUNNING', [cpu], 'f-1');
      return { ...task, info: { ...task.info, executor: pod } };
    });
    const other = await story.register({ storeId: 'store-2', tasks });
    const { id } = other.agent;
    expect(story.deps.executors.ofAgent(id)).toMatchObject([{ frameworkId: 'f-1', role: 'eng' }]);
    const put = asBookChange(story.deps, other.agent);
    expect(put.kind === 'put_agent' && put.used.map(({ resources }) => resources.scalarMilli('cpus'))).toEqual([2500]);
    const back = story.subscribe({ id: 'f-1' });
    expect((await story.call(back, { type: 'SHUTDOWN', agentId: id, executorId: 'pod' })).refusal).toBeUndefined();
  });

  it('that an agent comes back without has ended with its executor', async () => {
    await start('a');
    await story.register({
      agent: { id: agent.agent.id, hostname: 'h', httpPort: 5051, attributes: [] },
      checkpointed: Resources.of([engDisk(60), V]),
    });
    expect(executor()).toBeUndefined();
    expect(failures()).toHaveLength(1);
    expect(usedCpus()).toBe(0);
  });
});

describe('SHUTDOWN and MESSAGE', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register({ checkpointed: Resources.of([engDisk(60), V]) });
    await story.accept(
      eng,
      story.offer(eng, agent, offered),
      launchGroup(agent.agent.id, pod, ['a', cpu]),
      launch(agent.agent.id, ['t', cpu]),
    );
  });

  const shutdown = (of: StoryFramework, executorId = 'pod', agentId = agent.agent.id) =>
    story.call(of, { type: 'SHUTDOWN', agentId, executorId });
  const message = (executorId: string) =>
    story.call(eng, { type: 'MESSAGE', agentId: agent.agent.id, executorId, data: Buffer.from('ping') });

  it('SHUTDOWN has the agent end an executor with all of its tasks', async () => {
    expect(await shutdown(eng)).toEqual({});
    expect(agent.sent.at(-1)).toEqual({ kind: 'shutdown_executor', frameworkId: eng.framework.id, executorId: 'pod' });
  });

  it('SHUTDOWN of an executor that does not run there, or is another’s, is refused', async () => {
    const other = story.subscribe({ name: 'other' });
    const codes = [await shutdown(eng, 'no-pod'), await shutdown(eng, 'pod', 'nobody'), await shutdown(other), await shutdown(eng, 't')];
    expect(codes.map(({ refusal }) => refusal?.code)).toEqual(Array.from({ length: 4 }, () => 'executor_unknown'));
    expect(agent.sent.some(({ kind }) => kind === 'shutdown_executor')).toBe(false);
  });

  it('both are refused while the agent is away', async () => {
    if (agent.agent.link) disconnectAgent(story.deps, agent.agent, agent.agent.link);
    const codes = [await shutdown(eng), await message('pod')].map(({ refusal }) => refusal?.code);
    expect(codes).toEqual(['agent_disconnected', 'agent_disconnected']);
  });

  it('MESSAGE is taken for an executor that runs, and refused for another', async () => {
    expect(await message('pod')).toEqual({});
    expect((await message('no-pod')).refusal?.code).toBe('executor_unknown');
  });
});

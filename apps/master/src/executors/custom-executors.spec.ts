import { Resources, scalar, type Resource } from '@holdfast/core/resources';
import type { AgentMessage, MasterMessage } from '@holdfast/contracts';
import type { RecordedLog } from '@holdfast/testing/log';
import { asBookChange } from '../agents';
import { disconnectAgent } from '../agents/disconnect-agent';
import { customExecutor, engDisk, launchGroup, launchOn, frameworkInfo, reportedTask, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';
import { confirmTaskGone } from '../tasks/update-task';
import { executorGone } from './executor-gone';
import { passMessageOn } from './send-message';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);
const own = customExecutor('own', scalar('cpus', 0.5), scalar('mem', 32));
const offered = [scalar('cpus', 4), scalar('mem', 1024), scalar('disk', 100), V];

describe('an executor that a framework brings', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register({ checkpointed: Resources.of([engDisk(60), V]) });
  });

  const start = (...tasks: (readonly [taskId: string, ...resources: Resource[]])[]) =>
    story.accept(eng, story.offer(eng, agent, offered), launchOn(agent.agent.id, own, ...tasks));
  const executor = () => story.deps.executors.get(agent.agent.id, eng.framework.id, 'own');
  const usedCpus = () => {
    const put = asBookChange(story.deps, agent.agent);
    return put.kind === 'put_agent' ? Resources.sum(put.used.map(({ resources }) => resources)).scalarMilli('cpus') : undefined;
  };
  const failures = () => eng.events.filter(({ type }) => type === 'FAILURE');
  const gone = (exitStatus?: number) =>
    executorGone(story.deps, agent.agent, {
      kind: 'executor_gone',
      frameworkId: eng.framework.id,
      executorId: 'own',
      ...(exitStatus !== undefined && { exitStatus }),
    });
  const taskGone = (taskId: string) => {
    const { launchId } = story.deps.tasks.get(eng.framework.id, taskId)!;
    const message: Extract<AgentMessage, { kind: 'task_gone' }> = {
      kind: 'task_gone',
      frameworkId: eng.framework.id,
      taskId,
      launchId,
      cause: 'TASK_FINISHED',
    };
    return confirmTaskGone(story.deps, agent.agent, message);
  };
  const updatesOf = (taskId: string) =>
    eng.events.flatMap((event) => (event.type === 'UPDATE' && event.status.taskId === taskId ? [event.status.state] : []));
  const sentKinds = () => agent.sent.map(({ kind }) => kind);

  it('goes to the agent with each of its tasks, and uses its resources once (D-036)', async () => {
    const [result] = await start(['a', cpu], ['b', cpu]);
    expect(result?.tasks.map(({ refusal }) => refusal?.message)).toEqual([undefined, undefined]);
    const runs = agent.sent.filter((sent): sent is Extract<MasterMessage, { kind: 'run_task' }> => sent.kind === 'run_task');
    expect(runs.map(({ info }) => [info.taskId, info.executor?.executorId, info.command])).toEqual([
      ['a', 'own', undefined],
      ['b', 'own', undefined],
    ]);
    const use = story.changes.find((change) => change.kind === 'use_resources');
    expect(use?.resources.scalarMilli('cpus')).toBe(2500);
    expect(usedCpus()).toBe(2500);
  });

  it('lives on when its last task has ended, and ends when the agent says so; its framework hears of it (D-036)', async () => {
    await start(['a', cpu]);
    await story.report(agent, 'a', 'TASK_FINISHED');
    expect([executor() !== undefined, failures(), usedCpus()]).toEqual([true, [], 500]);
    gone(137);
    expect([executor(), usedCpus()]).toEqual([undefined, 0]);
    expect(failures()).toEqual([{ type: 'FAILURE', agentId: agent.agent.id, executorId: 'own', status: 9 }]);
    expect(story.changes.at(-1)).toMatchObject({ kind: 'recover_resources', offered: false });
    expect(agent.sent.at(-1)).toEqual({ kind: 'executor_gone_confirmed', frameworkId: eng.framework.id, executorId: 'own' });
  });

  it('that is gone is told once with the status of wait(2), and confirmed as often as it is said', async () => {
    await start(['a', cpu]);
    await story.report(agent, 'a', 'TASK_FAILED');
    gone(3);
    gone(3);
    expect(failures()).toEqual([{ type: 'FAILURE', agentId: agent.agent.id, executorId: 'own', status: 768 }]);
    expect(sentKinds().filter((kind) => kind === 'executor_gone_confirmed')).toHaveLength(2);
    expect(usedCpus()).toBe(0);
  });

  it('starts anew for a task that was sent while the end of the old one was on its way', async () => {
    await start(['a', cpu]);
    await story.report(agent, 'a', 'TASK_FINISHED');
    await start(['b', cpu]);
    gone(0);
    expect(failures()).toHaveLength(1);
    expect([executor() !== undefined, usedCpus()]).toEqual([true, 1500]);
    await story.report(agent, 'b', 'TASK_FINISHED');
    gone(0);
    expect([executor(), usedCpus(), failures().length]).toEqual([undefined, 0, 2]);
  });

  it.each([
    ['starts anew', [cpu], 1500],
    ['is given up', [scalar('cpus', 99)], 0],
  ])('that ends while an ACCEPT needs it: it %s (D-036)', async (_what, ofTask, cpusAfter) => {
    await start(['a', cpu]);
    await story.report(agent, 'a', 'TASK_FINISHED');
    const apply = story.ledger.apply.bind(story.ledger);
    story.ledger.apply = async (...units) => {
      story.ledger.apply = apply;
      gone(0);
      // Repeated, since it may not have been confirmed in time.
      gone(0);
      expect(executor()).toBeDefined();
      return apply(...units);
    };
    const asking = { type: 'CREATE' as const, resources: [volume('other', 20)] };
    await story.accept(eng, story.offer(eng, agent, [...offered, engDisk(60)]), asking, launchOn(agent.agent.id, own, ['b', ...ofTask]));
    expect([executor() !== undefined, usedCpus(), failures().length]).toEqual([cpusAfter > 0, cpusAfter, 1]);
  });

  it('keeps the volumes of a task that is over until they are no longer mounted in it (A-041, architecture 11.1)', async () => {
    await start(['a', cpu, V]);
    await story.report(agent, 'a', 'TASK_RUNNING');
    const reported = story.report(agent, 'a', 'TASK_FINISHED');
    expect(updatesOf('a')).toEqual(['TASK_RUNNING']);
    story.world.advance(1_000);
    await reported;
    expect(updatesOf('a')).toEqual(['TASK_RUNNING', 'TASK_FINISHED']);
    expect([await story.holders('eng/data'), usedCpus()]).toEqual([['a ending'], 500]);
    const uuid = Buffer.from('aTASK_FINISHED');
    await story.call(eng, { type: 'ACKNOWLEDGE', agentId: agent.agent.id, taskId: 'a', uuid });
    expect(story.deps.tasks.get(eng.framework.id, 'a')).toBeDefined();
    await taskGone('a');
    expect(await story.holders('eng/data')).toEqual([]);
    expect(story.deps.tasks.get(eng.framework.id, 'a')).toBeUndefined();
    expect(story.changes.at(-1)).toMatchObject({ kind: 'recover_resources', offered: false });
    expect(agent.sent.at(-1)?.kind).toBe('task_gone_confirmed');
    expect(
      story.changes.flatMap((change) => (change.kind === 'recover_resources' && !change.offered ? [String(change.resources)] : [])),
    ).toEqual(['cpus:1', expect.stringContaining('data')]);
  });

  it('has them released before its framework hears of the end, if they are no longer mounted (A-041, architecture 11.2)', async () => {
    await start(['a', cpu, V]);
    let holdersWhenTold: Promise<readonly string[]> | undefined;
    const told = eng.events.push.bind(eng.events);
    eng.events.push = (...events) => {
      holdersWhenTold = story.holders('eng/data');
      return told(...events);
    };
    await Promise.all([story.report(agent, 'a', 'TASK_FINISHED'), taskGone('a')]);
    expect(updatesOf('a')).toEqual(['TASK_FINISHED']);
    expect(await holdersWhenTold).toEqual([]);
  });

  it('says in either order that a task is over and that it is gone', async () => {
    await start(['a', cpu, V]);
    await taskGone('a');
    expect([await story.holders('eng/data'), usedCpus()]).toEqual([[], 500]);
    await story.report(agent, 'a', 'TASK_FINISHED');
    expect([await story.holders('eng/data'), usedCpus()]).toEqual([[], 500]);
  });

  it('is warned of in the log, and nowhere else, if it has little for itself (D-038)', async () => {
    const small = customExecutor('small');
    const [result] = await story.accept(eng, story.offer(eng, agent, offered), launchOn(agent.agent.id, small, ['a', cpu]));
    expect(result?.tasks[0]?.refusal).toBeUndefined();
    expect(usedCpus()).toBe(1000);
    const warnings = () => (story.deps.log as RecordedLog).lines.filter(({ level, fields }) => level === 'warn' && fields['executorId']);
    expect(warnings()).toMatchObject([{ fields: { executorId: 'small', problem: expect.stringContaining('at least 0.01 cpus') } }]);
    const enough = customExecutor('enough', scalar('cpus', 0.01), scalar('mem', 32), scalar('disk', 1));
    await story.accept(eng, story.offer(eng, agent, offered), launchOn(agent.agent.id, enough, ['b', cpu]));
    expect(warnings()).toHaveLength(1);
  });

  it('runs groups, too, and is the same executor for both (D-037)', async () => {
    const both = customExecutor('both', scalar('cpus', 0.5), scalar('mem', 32), scalar('disk', 1));
    const { id } = agent.agent;
    await story.accept(
      eng,
      story.offer(eng, agent, offered),
      launchGroup(id, both, ['a', cpu], ['b', cpu]),
      launchOn(id, both, ['c', cpu]),
    );
    expect(sentKinds()).toEqual(['registered', 'run_group', 'run_task']);
    expect(usedCpus()).toBe(3500);
    await Promise.all(['a', 'b', 'c'].map((task) => story.report(agent, task, 'TASK_FINISHED')));
    expect([usedCpus(), failures()]).toEqual([500, []]);
  });

  it('hears from its framework and is heard by it, while both are there', async () => {
    await start(['a', cpu]);
    const data = Buffer.from('ping');
    const { id } = agent.agent;
    expect(await story.call(eng, { type: 'MESSAGE', agentId: id, executorId: 'own', data })).toEqual({});
    expect(agent.sent.at(-1)).toEqual({ kind: 'executor_message', frameworkId: eng.framework.id, executorId: 'own', data });
    const back = { kind: 'executor_message' as const, frameworkId: eng.framework.id, executorId: 'own', data: Buffer.from('pong') };
    passMessageOn(story.deps, agent.agent, back);
    expect(eng.events.at(-1)).toEqual({ type: 'MESSAGE', agentId: id, executorId: 'own', data: Buffer.from('pong') });
    eng.disconnect();
    expect(() => passMessageOn(story.deps, agent.agent, back)).not.toThrow();
  });

  it('is sent a message that follows its LAUNCH at once, when the ledger has answered', async () => {
    const accepted = start(['a', cpu, V]);
    const sent = story.call(eng, { type: 'MESSAGE', agentId: agent.agent.id, executorId: 'own', data: Buffer.from('x') });
    await accepted;
    expect((await sent).refusal).toBeUndefined();
    expect(sentKinds()).toEqual(['registered', 'run_task', 'executor_message']);
  });

  it('is shut down by SHUTDOWN, and with its framework, also without tasks', async () => {
    await start(['a', cpu]);
    await story.report(agent, 'a', 'TASK_FINISHED');
    expect(await story.call(eng, { type: 'SHUTDOWN', agentId: agent.agent.id, executorId: 'own' })).toEqual({});
    expect(agent.sent.at(-1)).toEqual({ kind: 'shutdown_executor', frameworkId: eng.framework.id, executorId: 'own' });
    await story.call(eng, { type: 'ACKNOWLEDGE', agentId: agent.agent.id, taskId: 'a', uuid: Buffer.from('aTASK_FINISHED') });
    await story.call(eng, { type: 'TEARDOWN' });
    expect(agent.sent.at(-1)).toEqual({ kind: 'shutdown_framework', frameworkId: eng.framework.id });
    const forgotten = () => story.changes.some(({ kind }) => kind === 'remove_framework');
    expect([usedCpus(), forgotten()]).toEqual([500, false]);
    gone(0);
    expect([usedCpus(), forgotten()]).toEqual([0, true]);
  });
});

describe('a custom executor of a removed framework', () => {
  it('ends when it is gone, whether or not its tasks have been told of: none starts anew', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const agent = await story.register({ checkpointed: Resources.of([engDisk(60), V]) });
    await story.accept(eng, story.offer(eng, agent, offered), launchOn(agent.agent.id, own, ['a', cpu]));
    await story.call(eng, { type: 'TEARDOWN' });
    executorGone(story.deps, agent.agent, { kind: 'executor_gone', frameworkId: eng.framework.id, executorId: 'own' });
    expect(story.deps.executors.ofAgent(agent.agent.id)).toEqual([]);
    expect(story.changes.at(-1)).toMatchObject({ kind: 'recover_resources', resources: own.resources });
  });
});

describe('the executors that a registering agent reports', () => {
  const framework = frameworkInfo({ id: 'f-1' });
  const info = { ...own, resources: own.resources.unallocate() };
  const usedCpus = (story: MasterStory, { agent }: StoryAgent) => {
    const put = asBookChange(story.deps, agent);
    return put.kind === 'put_agent' ? put.used.map(({ role, resources }) => `${role} ${resources.scalarMilli('cpus')}`) : [];
  };

  it('are in the books, also without tasks and of a framework that is not known yet (D-076)', async () => {
    const story = new MasterStory();
    // Only its type was left out, as one may with a LAUNCH.
    const { type: _, ...untyped } = info;
    const agent = await story.register({ executors: [{ framework, info: untyped }] });
    expect(usedCpus(story, agent)).toEqual(['eng 500']);
    const back = story.subscribe({ id: 'f-1' });
    expect((await story.call(back, { type: 'SHUTDOWN', agentId: agent.agent.id, executorId: 'own' })).refusal).toBeUndefined();
    executorGone(story.deps, agent.agent, { kind: 'executor_gone', frameworkId: 'f-1', executorId: 'own' });
    expect(back.events.at(-1)).toEqual({ type: 'FAILURE', agentId: agent.agent.id, executorId: 'own' });
    expect(usedCpus(story, agent)).toEqual([]);
  });

  it('are counted once beside their tasks, of which one may be over and hold its volume still', async () => {
    const story = new MasterStory();
    const tasks = [reportedTask('x', 'a', 'TASK_RUNNING', [cpu], 'f-1'), reportedTask('x', 'b', 'TASK_FINISHED', [cpu, V], 'f-1')].map(
      (task) => ({ ...task, info: { ...task.info, executor: own }, ...(task.state === 'TASK_FINISHED' && { isHolding: true }) }),
    );
    const checkpointed = Resources.of([engDisk(60), V]);
    const agent = await story.register({ tasks, executors: [{ framework, info }], checkpointed });
    expect(usedCpus(story, agent)).toEqual(['eng 1500']);
    expect(await story.holders('eng/data')).toEqual(['b ending']);
    const back = story.subscribe({ id: 'f-1' });
    expect(back.events.filter(({ type }) => type === 'UPDATE')).toEqual([]);
    await confirmTaskGone(story.deps, agent.agent, {
      kind: 'task_gone',
      frameworkId: 'f-1',
      taskId: 'b',
      launchId: 'launch-b',
      cause: 'TASK_FINISHED',
    });
    expect(await story.holders('eng/data')).toEqual([]);
  });

  it('are not those of tasks that are over and only hold a volume still; their framework has heard of the end', async () => {
    const story = new MasterStory();
    const eng = story.subscribe({ id: 'f-1' });
    const b = reportedTask('x', 'b', 'TASK_FINISHED', [cpu, V], 'f-1');
    const tasks = [{ ...b, info: { ...b.info, executor: own }, isHolding: true }];
    const agent = await story.register({ tasks, checkpointed: Resources.of([engDisk(60), V]) });
    expect(story.deps.executors.ofAgent(agent.agent.id)).toEqual([]);
    expect(eng.events.filter(({ type }) => type === 'UPDATE')).toEqual([]);
    expect(await story.holders('eng/data')).toEqual(['b ending']);
  });

  it('are told to end if their framework is over', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    await story.call(eng, { type: 'TEARDOWN' });
    const own1 = { framework: frameworkInfo({ id: eng.framework.id }), info };
    const agent = await story.register({ executors: [own1] });
    expect(agent.sent).toContainEqual({ kind: 'shutdown_framework', frameworkId: eng.framework.id });
    expect(usedCpus(story, agent)).toEqual(['eng 500']);
  });

  it('are all that run: of one that is no longer there the framework is told', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const agent = await story.register();
    const { id } = agent.agent;
    await story.accept(eng, story.offer(eng, agent, offered.slice(0, 2)), launchOn(id, own, ['a', cpu]));
    if (agent.agent.link) disconnectAgent(story.deps, agent.agent, agent.agent.link);
    const again = await story.register({ agent: { id, hostname: 'h', httpPort: 5051, attributes: [] } });
    expect(usedCpus(story, again)).toEqual([]);
    expect(eng.events.at(-1)).toEqual({ type: 'FAILURE', agentId: id, executorId: 'own' });
  });
});

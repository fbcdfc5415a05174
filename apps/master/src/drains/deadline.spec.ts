import type { Operation } from '@holdfast/core/offers';
import { Resources, scalar } from '@holdfast/core/resources';
import type { WhenUnused } from '@holdfast/core/volumes';
import { disconnectAgent } from '../agents';
import { engDisk, launch, reportedTask, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';
import { cancelDestroy } from '../volumes/cancel-destroy';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);
const reader = { ...V, disk: { ...V.disk, volume: { containerPath: 'data', mode: 'RO' as const } } };
const AT_MS = 60_000;

describe('a destroy that waits, at its deadline', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register({ checkpointed: Resources.of([engDisk(60), V]) });
    await launchOne('t1');
  });

  const launchOne = (taskId: string, of = V) =>
    story.accept(eng, story.offer(eng, agent, [cpu, of]), launch(agent.agent.id, [taskId, cpu, of]));
  const drainIt = (more: Partial<WhenUnused>, id?: string) => {
    const whenUnused = { admitsReaders: false, deadlineMs: AT_MS, onDeadline: 'cancel', ...more } as const;
    const operation: Operation = { type: 'DESTROY', resources: [V], whenUnused, ...(id !== undefined && { id }) };
    return story.accept(eng, story.offer(eng, agent, [cpu, V]), operation);
  };
  const pass = async (ms = AT_MS) => {
    story.world.advance(ms);
    await settled();
  };
  const settled = async (of = agent) => void (await of.agent.queue.run(() => undefined));
  const state = async () => (await story.ledger.readVolumes(['store-1'], 'eng/data'))[0]?.state;
  const lastHistory = async () => (await story.ledger.readHistory('store-1', 'eng/data', 0, 100)).at(-1);
  const kills = (of = agent) => of.sent.flatMap((message) => (message.kind === 'kill_task' ? [message.taskId] : []));
  const statuses = () =>
    eng.events.flatMap((event) => (event.type === 'UPDATE_OPERATION_STATUS' ? [`${event.status.state} ${event.status.message}`] : []));
  const destroys = (of = agent) => of.sent.filter((message) => message.kind === 'apply_operation' && message.operation.type === 'DESTROY');
  const knownTask = (of: StoryAgent) => {
    const { launchId } = story.deps.tasks.get(eng.framework.id, 't1')!;
    return { ...reportedTask(of.agent.id, 't1', 'TASK_RUNNING', [cpu, V], eng.framework.id), launchId };
  };
  const again = (of: StoryAgent) =>
    story.register({
      agent: { id: of.agent.id, hostname: 'host-1', httpPort: 5051, attributes: [] },
      checkpointed: Resources.of([engDisk(60), V]),
      tasks: [knownTask(of)],
    });

  it('is taken back: the volume is ready and offered again, whoever asked hears that it has failed, and why', async () => {
    await drainIt({}, 'op');
    await pass(AT_MS - 1);
    expect(await state()).toBe('draining');
    await pass(1);
    expect(await state()).toBe('ready');
    expect(await lastHistory()).toMatchObject({ change: 'destroy_cancelled', cause: 'deadline' });
    expect(statuses()).toEqual(['OPERATION_FAILED Volume eng/data was still in use at the deadline; it is not destroyed.']);
    expect(story.changes.at(-1)).toMatchObject({ kind: 'convert_total', conversions: [{ consumed: Resources.empty }] });
    expect(story.offer(eng, agent, [cpu, V])).toBeDefined();
    await story.report(agent, 't1', 'TASK_FINISHED');
    await settled();
    expect([destroys(), await state()]).toEqual([[], 'ready']);
  });

  it('has the tasks that hold the volume killed by their own kill policy, and no others; it goes on waiting for their end', async () => {
    await story.accept(eng, story.offer(eng, agent, [cpu]), launch(agent.agent.id, ['t2', cpu]));
    await drainIt({ onDeadline: 'kill' });
    await pass();
    expect(kills()).toEqual(['t1']);
    expect(await state()).toBe('draining');
    await story.report(agent, 't1', 'TASK_KILLED');
    await settled();
    expect(destroys()).toHaveLength(1);
  });

  it('that kills admits no more readers from then on, since nobody would kill those', async () => {
    await drainIt({ onDeadline: 'kill', admitsReaders: true });
    await launchOne('t3', reader);
    const offerId = story.offer(eng, agent, [cpu, V]);
    await pass();
    expect(kills()).toEqual(['t1', 't3']);
    expect(eng.events.at(-1)).toEqual({ type: 'RESCIND', offerId });
    expect(story.offer(eng, agent, [cpu, reader])).toBeUndefined();
  });

  it('comes to nothing when the last holder was faster', async () => {
    await drainIt({}, 'op');
    await story.report(agent, 't1', 'TASK_FINISHED');
    await pass();
    expect([await state(), destroys().length, statuses()]).toEqual(['destroying', 1, []]);
  });

  it('does not undo a last release that only the ledger knows yet', async () => {
    await drainIt({}, 'op');
    // The release is written, and the word of it waits behind the deadline in the agent's queue.
    await agent.agent.queue.run(async () => {
      story.world.advance(AT_MS);
      await story.report(agent, 't1', 'TASK_FINISHED');
    });
    await settled();
    expect([await state(), destroys().length, statuses()]).toEqual(['destroying', 1, []]);
  });

  it('does nothing to a destroy that was taken back while it came', async () => {
    await drainIt({ onDeadline: 'kill' });
    const name = { agentId: agent.agent.id, role: 'eng', persistenceId: 'data' };
    const cancelled = cancelDestroy(story.deps, undefined, name);
    await pass();
    expect((await cancelled).ok).toBe(true);
    expect(kills()).toEqual([]);
    expect(story.offer(eng, agent, [cpu, V])).toBeDefined();
  });

  it('is asked for until the ledger answers', async () => {
    await drainIt({}, 'op');
    story.ledger.isLinked = false;
    await pass();
    expect(statuses()).toEqual([]);
    await story.ledger.comeBack();
    await pass(1_000);
    expect([await state(), statuses().length]).toEqual(['ready', 1]);
  });

  it('is kept while the agent is away: the ledger needs no agent to take a destroy back', async () => {
    await drainIt({}, 'op');
    disconnectAgent(story.deps, agent.agent, agent.agent.link!);
    await pass();
    expect([await state(), statuses().length]).toEqual(['ready', 1]);
    const back = await again(agent);
    expect(back.agent.drains.size).toBe(0);
    expect(story.changes.findLast(({ kind }) => kind === 'put_agent')).toMatchObject({ total: back.agent.total });
  });

  it('has tasks killed as soon as their agent is back', async () => {
    await drainIt({ onDeadline: 'kill' });
    disconnectAgent(story.deps, agent.agent, agent.agent.link!);
    await pass();
    const back = await again(agent);
    expect(kills(back)).toContain('t1');
  });

  it('that has passed while no master led is kept by the next one, at once', async () => {
    await drainIt({ onDeadline: 'kill' });
    await story.report(agent, 't1', 'TASK_RUNNING');
    const next = story.successor();
    next.world.advance(AT_MS);
    const there = await next.register({
      agent: { id: agent.agent.id, hostname: 'host-1', httpPort: 5051, attributes: [] },
      checkpointed: Resources.of([engDisk(60), V]),
      tasks: [knownTask(agent)],
    });
    next.world.advance(0);
    await settled(there);
    expect(kills(there)).toEqual(['t1']);
  });
});

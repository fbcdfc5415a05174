import type { Operation } from '@holdfast/core/offers';
import { Resources, scalar, type Resource } from '@holdfast/core/resources';
import { engDisk, launch, reportedTask, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);
const grown = volume('data', 60);
const grow: Operation = { type: 'GROW_VOLUME', volume: V, change: engDisk(20) };
const checkpointed = Resources.of([engDisk(60), V]);

describe('GROW_VOLUME', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register({ checkpointed });
  });

  const growIt = (by = eng) => story.accept(by, story.offer(by, agent, [cpu, engDisk(20), V]), grow);
  const launchOne = (taskId: string, of: Resource) =>
    story.accept(eng, story.offer(eng, agent, [cpu, of]), launch(agent.agent.id, [taskId, cpu, of]));
  const kinds = () => story.changes.map(({ kind }) => kind);

  it('of a shared volume is carried out: the agent is told, its total has the new size at once (B-059, B-061)', async () => {
    const [result] = await growIt();
    expect(result?.refusal).toBeUndefined();
    expect(agent.sent.at(-1)).toMatchObject({ kind: 'apply_operation', operation: { type: 'GROW_VOLUME' } });
    expect([agent.agent.total.count(V), agent.agent.total.count(grown)]).toEqual([0, 1]);
    expect(agent.agent.total.filter((r) => !r.shared && r.reservations.length > 0).toString()).toMatch(/:40$/);
  });

  it('rescinds every other offer with the volume, also for another role, and no other (A-065)', async () => {
    const other = story.subscribe({ name: 'other', roles: ['eng/sub'] });
    const third = story.subscribe({ name: 'third' });
    story.offer(other, agent, [V, cpu], 'eng/sub');
    story.offer(third, agent, [cpu]);
    await growIt();
    expect(other.events.at(-1)?.type).toBe('RESCIND');
    expect(third.events.at(-1)?.type).toBe('OFFERS');
  });

  it('of a volume in use renames the copies that tasks use, so that each gives back at its end what the books hold', async () => {
    await launchOne('t1', V);
    await growIt();
    expect(story.changes).toContainEqual({
      kind: 'resize_copies',
      agentId: agent.agent.id,
      from: expect.anything() as unknown,
      to: expect.anything() as unknown,
    });
    // What is offered and the total are converted first; the copies of tasks of the same call are among the used ones by then.
    expect(kinds().lastIndexOf('resize_copies')).toBeGreaterThan(kinds().lastIndexOf('convert_allocation'));
    await story.report(agent, 't1', 'TASK_FINISHED');
    const back = story.changes.filter((change) => change.kind === 'recover_resources' && !change.offered);
    expect(back.map((change) => 'resources' in change && change.resources.count(grown))).toEqual([1]);
  });

  it('keeps the holders: DESTROY is refused as before', async () => {
    await launchOne('t1', V);
    await growIt();
    const [result] = await story.accept(eng, story.offer(eng, agent, [cpu, grown]), { type: 'DESTROY', resources: [grown] });
    expect(result?.refusal?.code).toBe('volume_in_use');
  });

  it('leaves an ACCEPT that waited with the old volume without its offer (A-076)', async () => {
    const other = story.subscribe({ name: 'other' });
    const offerIds = [story.offer(other, agent, [V, cpu]) ?? ''];
    const growing = growIt();
    const operations = [launch(agent.agent.id, ['t1', cpu, V])];
    const waiting = story.call(other, { type: 'ACCEPT', offerIds, operations, filters: {} });
    expect((await growing)[0]?.refusal).toBeUndefined();
    expect((await waiting).refusal?.code).toBe('offer_gone');
  });

  it('of a shared volume is refused over the Mesos door, unless the framework asked for our extension (A-036)', async () => {
    const extended = story.subscribe({ name: 'extended', labels: [{ key: 'holdfast.extensions', value: 'true' }] });
    const overMesos = (by: StoryFramework) =>
      story.call(
        by,
        { type: 'ACCEPT', offerIds: [story.offer(by, agent, [engDisk(20), V, cpu]) ?? ''], operations: [grow], filters: {} },
        { door: 'mesos' },
      );
    expect((await overMesos(eng)).results?.[0]?.refusal).toBeDefined();
    expect((await overMesos(extended)).results?.[0]?.refusal).toBeUndefined();
  });

  it('is remembered when the agent registers again: a task that it reports with the old size has the present one', async () => {
    const tasks = [reportedTask('x', 't1', 'TASK_RUNNING', [cpu, V], 'f-1')];
    const other = await story.register({ storeId: 'store-2', checkpointed: Resources.of([engDisk(40), grown]), tasks });
    const [task] = story.deps.tasks.ofAgent(other.agent.id);
    expect(task?.resources.count(grown)).toBe(1);
    expect(task?.resources.count(V)).toBe(0);
  });

  it('that the agent turns out not to have carried out is undone by its next report', async () => {
    await launchOne('t1', V);
    await growIt();
    const launchId = story.deps.tasks.get(eng.framework.id, 't1')?.launchId ?? '';
    await story.carryOut(agent, { code: 'agent_failed', message: 'no space left', details: { problem: 'no space left' } });
    expect(agent.drops).toEqual([expect.stringContaining('could not carry out GROW_VOLUME')]);
    const task = { ...reportedTask(agent.agent.id, 't1', 'TASK_RUNNING', [cpu, V], eng.framework.id), launchId };
    await story.register({ agent: { id: agent.agent.id, hostname: 'h', httpPort: 5051, attributes: [] }, checkpointed, tasks: [task] });
    expect(story.deps.tasks.get(eng.framework.id, 't1')?.resources.count(V)).toBe(1);
  });
});

describe('SHRINK_VOLUME', () => {
  it('frees plain reserved disk (B-059)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const own = volume('own', 40, false);
    const agent = await story.register({ checkpointed: Resources.of([engDisk(60), own]) });
    const [result] = await story.accept(eng, story.offer(eng, agent, [cpu, own]), {
      type: 'SHRINK_VOLUME',
      volume: own,
      change: engDisk(30),
    });
    expect(result?.refusal).toBeUndefined();
    expect(agent.agent.total.count(volume('own', 10, false))).toBe(1);
    expect(agent.agent.total.filter((r) => !r.disk && r.reservations.length > 0).toString()).toMatch(/:90$/);
    expect(story.recovered().join()).toContain(':30');
  });
});

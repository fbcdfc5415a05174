import { Resources, scalar } from '@holdfast/core/resources';
import { engDisk, launch, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';

const cpu = scalar('cpus', 1);
const mem = scalar('mem', 64);
const V = volume('data', 40);
const agentDisk = Resources.of([engDisk(100)]);

describe('ACCEPT', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    agent = await story.register({ checkpointed: agentDisk });
  });

  const createAndLaunch = async (...taskIds: string[]) => {
    const offer = story.offer(eng, agent, [scalar('cpus', 4), scalar('mem', 1024), engDisk(100)]);
    const tasks = taskIds.map((id) => [id, cpu, mem, V] as const);
    return story.accept(eng, offer, { type: 'CREATE', resources: [V] }, launch(agent.agent.id, ...tasks));
  };

  it('creates a shared volume and launches two tasks on its one copy, in one call (A-055, A-061)', async () => {
    const results = await createAndLaunch('t1', 't2');
    expect(results.map(({ refusal, tasks }) => [refusal, tasks.map((task) => task.refusal)])).toEqual([
      [undefined, []],
      [undefined, [undefined, undefined]],
    ]);
    expect(agent.sent.map(({ kind }) => kind)).toEqual(['registered', 'apply_operation', 'run_task', 'run_task']);
    expect(await story.holders('eng/data')).toEqual(['t1 pending', 't2 pending']);
  });

  it('sends the agent one message for each operation, in order (B-053)', async () => {
    const offer = story.offer(eng, agent, [engDisk(100)]);
    const creating = (id: string) => ({ type: 'CREATE', resources: [volume(id, 10)] }) as const;
    await story.accept(eng, offer, creating('one'), creating('two'));
    const sent = agent.sent.flatMap((message) => (message.kind === 'apply_operation' ? [message.operation] : []));
    expect(sent).toMatchObject([
      { resources: [{ disk: { persistence: { id: 'one' } } }] },
      { resources: [{ disk: { persistence: { id: 'two' } } }] },
    ]);
  });

  it('refuses DESTROY while a pending task holds the volume, and names every holder (A-039, A-040)', async () => {
    await createAndLaunch('t1', 't2');
    const [result] = await story.accept(eng, story.offer(eng, agent, [V, cpu]), { type: 'DESTROY', resources: [V] });
    expect(result?.refusal?.code).toBe('volume_in_use');
    expect(result?.refusal?.message).toMatch(/2 holders: task t1 .*task t2 /);
    expect(agent.agent.total.contains(agent.agent.total.filter((r) => r.shared))).toBe(true);
  });

  it('lets the volume go when the last holder has ended, and not before (A-041)', async () => {
    await createAndLaunch('t1', 't2');
    await story.report(agent, 't1', 'TASK_FINISHED');
    const [refused] = await story.accept(eng, story.offer(eng, agent, [V, cpu]), { type: 'DESTROY', resources: [V] });
    expect(refused?.refusal?.code).toBe('volume_in_use');
    await story.report(agent, 't2', 'TASK_KILLED');
    const [granted] = await story.accept(eng, story.offer(eng, agent, [V, cpu]), { type: 'DESTROY', resources: [V] });
    expect(granted?.refusal).toBeUndefined();
  });

  it('rescinds every other offer with the volume once DESTROY is granted, and none when it is refused (A-063, A-064, A-066)', async () => {
    const other = story.subscribe({ name: 'other' });
    await createAndLaunch('t1');
    story.offer(other, agent, [V, cpu]);
    await story.accept(eng, story.offer(eng, agent, [V, cpu]), { type: 'DESTROY', resources: [V] });
    expect(other.events.filter(({ type }) => type === 'RESCIND')).toHaveLength(0);

    await story.report(agent, 't1', 'TASK_FINISHED');
    await story.accept(eng, story.offer(eng, agent, [V, cpu]), { type: 'DESTROY', resources: [V] });
    expect(other.events.filter(({ type }) => type === 'RESCIND')).toHaveLength(1);
  });

  it('gives the disk of a destroyed volume back only when the agent has deleted the data', async () => {
    await createAndLaunch('t1');
    await story.carryOut(agent);
    await story.report(agent, 't1', 'TASK_FINISHED');
    const offer = story.offer(eng, agent, [V, cpu]);
    const before = story.recovered().length;
    await story.accept(eng, offer, { type: 'DESTROY', resources: [V] });
    expect(story.recovered().length).toBe(before);
    await story.carryOut(agent);
    expect(story.recovered().slice(before).join('; ')).toMatch(/disk\(reservations: \[\(DYNAMIC,eng\)\]\):40/);
  });

  it('refuses what needs the ledger while it is away, and launches what does not', async () => {
    story.ledger.isLinked = false;
    const offer = story.offer(eng, agent, [scalar('cpus', 4), mem, engDisk(100)]);
    const results = await story.accept(eng, offer, { type: 'CREATE', resources: [V] }, launch(agent.agent.id, ['t1', cpu, V], ['t2', cpu]));
    expect(results[0]?.refusal?.code).toBe('ledger_unavailable');
    expect(results[1]?.tasks.map((task) => task.refusal?.code)).toEqual(['ledger_unavailable', undefined]);
    expect(agent.sent.filter(({ kind }) => kind === 'run_task')).toHaveLength(1);
  });

  it('uses an offer up once, and says so the second time (D-020)', async () => {
    const offer = story.offer(eng, agent, [cpu, mem]);
    await story.accept(eng, offer);
    await expect(story.accept(eng, offer)).rejects.toThrow('no longer outstanding');
  });

  it("refuses another framework's offer and leaves it outstanding", async () => {
    const other = story.subscribe({ name: 'other' });
    const offer = story.offer(other, agent, [cpu, mem]);
    await expect(story.accept(eng, offer)).rejects.toThrow('was made to another framework');
    await expect(story.accept(other, offer)).resolves.toEqual([]);
  });

  it('declines with the call’s filter when there are no operations (B-078, B-079)', async () => {
    await story.accept(eng, story.offer(eng, agent, [cpu, mem]));
    expect(story.recovered()).toEqual(['cpus:1; mem:64 for 5000 ms']);
  });

  it('tells the framework of a refused task by a status, too (D-030)', async () => {
    const offer = story.offer(eng, agent, [cpu]);
    await story.accept(eng, offer, launch(agent.agent.id, ['too-big', scalar('cpus', 8)]));
    expect(eng.events.at(-1)).toMatchObject({
      type: 'UPDATE',
      status: { taskId: 'too-big', state: 'TASK_ERROR', reason: 'REASON_TASK_INVALID' },
    });
  });

  it('refuses an ACCEPT whose agent has registered anew meanwhile, and owes the allocator nothing', async () => {
    const offer = story.offer(eng, agent, [cpu, mem]);
    const accepting = story.accept(eng, offer, launch(agent.agent.id, ['t1', cpu]));
    agent.agent.registration++;
    story.deps.offers.forgetSettling(agent.agent.id);
    await expect(accepting).rejects.toThrow('is disconnected');
    expect(story.recovered()).toEqual([]);
  });
});

import { Resources, scalar } from '@holdfast/core/resources';
import { engDisk, launch, reportedTask, volume } from '../builders.fixture';
import { MasterStory } from '../master.fixture';
import { asBookChange } from './agent-snapshot';
import { disconnectAgent } from './disconnect-agent';
import { reportAnew } from './report-anew';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);

/** A master, a framework and an agent with a shared volume that the ledger knows. */
async function cluster() {
  const story = new MasterStory();
  const eng = story.subscribe();
  const checkpointed = Resources.of([engDisk(60), V]);
  const agent = await story.register({ checkpointed });
  return { story, eng, agent, checkpointed };
}

describe('an agent', () => {
  it('brings its volumes and tasks; both are put before the ledger and the allocator (A-098, A-182)', async () => {
    const story = new MasterStory();
    const tasks = [reportedTask('a', 't1', 'TASK_RUNNING', [cpu, V], 'f-1'), reportedTask('a', 't2', 'TASK_RUNNING', [cpu, V], 'f-1')];
    const { agent } = await story.register({ checkpointed: Resources.of([engDisk(60), V]), tasks });
    expect(await story.holders('eng/data')).toEqual(['t1 running', 't2 running']);
    const put = asBookChange(story.deps, agent);
    if (put.kind !== 'put_agent') throw new Error('not a put_agent');
    expect(put.total.count(V)).toBe(1);
    expect(put.used.map(({ frameworkId, resources }) => [frameworkId, resources.count(V), resources.scalarMilli('cpus')])).toEqual([
      ['f-1', 2, 2000],
    ]);
  });

  it('is refused when its checkpoint does not fit its resources (A-183, D-087)', async () => {
    const story = new MasterStory();
    await expect(story.register({ resources: 'cpus:4;disk:50', checkpointed: Resources.of([engDisk(100)]) })).rejects.toThrow(
      /Incompatible agent resources/i,
    );
  });

  it('keeps its id across registrations, and loses it to nobody with another store', async () => {
    const { story, agent } = await cluster();
    const info = { id: agent.agent.id, hostname: 'host-1', httpPort: 5051, attributes: [] };
    expect((await story.register({ agent: info })).agent).toBe(agent.agent);
    expect((await story.register({ agent: info, storeId: 'store-2' })).agent.id).not.toBe(agent.agent.id);
  });

  it('that is disconnected keeps its tasks and holders, and its offers are rescinded (D-073, architecture 11.1)', async () => {
    const { story, eng, agent } = await cluster();
    await story.accept(eng, story.offer(eng, agent, [cpu, V]), launch(agent.agent.id, ['t1', cpu, V]));
    story.offer(eng, agent, [cpu]);
    if (agent.agent.link) disconnectAgent(story.deps, agent.agent, agent.agent.link);
    expect(eng.events.at(-1)).toMatchObject({ type: 'RESCIND' });
    expect(await story.holders('eng/data')).toEqual(['t1 pending']);
    expect(story.offer(eng, agent, [cpu])).toBeUndefined();
  });

  it('that comes back without a task never received or lost it; the framework is told and the holder released (D-076, D-088)', async () => {
    const { story, eng, agent, checkpointed } = await cluster();
    await story.accept(eng, story.offer(eng, agent, [cpu, V]), launch(agent.agent.id, ['t1', cpu, V]));
    const info = { id: agent.agent.id, hostname: 'host-1', httpPort: 5051, attributes: [] };
    await story.register({ agent: info, checkpointed });
    expect(eng.events.at(-1)).toMatchObject({ type: 'UPDATE', status: { taskId: 't1', state: 'TASK_DROPPED' } });
    expect(await story.holders('eng/data')).toEqual([]);
  });

  it('whose volume was left half destroyed is told again, and the disk comes back when it is gone', async () => {
    const { story, eng, agent, checkpointed } = await cluster();
    await story.accept(eng, story.offer(eng, agent, [cpu, V]), { type: 'DESTROY', resources: [V] });
    const info = { id: agent.agent.id, hostname: 'host-1', httpPort: 5051, attributes: [] };
    const again = await story.register({ agent: info, checkpointed });
    expect(again.agent.total.count(V)).toBe(0);
    expect(again.sent.filter((message) => message.kind === 'apply_operation').map(({ operation }) => operation.type)).toEqual(['DESTROY']);
    await story.carryOut(again);
    expect(again.agent.total.filter((r) => r.name === 'disk' && r.reservations.length > 0).toString()).toMatch(/:100$/);
    expect(story.changes.at(-1)).toMatchObject({ kind: 'convert_total' });
  });

  it('that could not carry out a CREATE is asked to report anew (ADR 5)', async () => {
    const { story, eng, agent } = await cluster();
    const W = volume('other', 20);
    await story.accept(eng, story.offer(eng, agent, [engDisk(60), cpu]), { type: 'CREATE', resources: [W] });
    await story.carryOut(agent, { code: 'agent_failed', message: 'no space left', details: { problem: 'no space left' } });
    expect(agent.drops).toEqual([expect.stringContaining('no space left')]);
  });

  it('registers while the ledger is away, and is asked to report again when it is back', async () => {
    const story = new MasterStory();
    story.ledger.isLinked = false;
    const { agent } = await story.register();
    expect(agent.state).toBe('connected');
    expect(agent.isReconciled).toBe(false);
  });

  it('that is asked to report on somebody’s behalf has that stand in the history of what the report changes, once', async () => {
    const { story, agent, checkpointed } = await cluster();
    reportAnew(story.deps, 'store-1', 'a repair', 'ops');
    expect(agent.drops).toEqual(['a repair']);
    const info = { id: agent.agent.id, hostname: 'host-1', httpPort: 5051, attributes: [] };
    const added = async (...ids: string[]) => {
      await story.register({ agent: info, checkpointed: checkpointed.add(Resources.of(ids.map((id) => volume(id, 10)))) });
      return (await story.ledger.readHistory('store-1', undefined, 0, 100)).map(({ volume: key, by }) => `${key} ${by}`).at(-1);
    };
    story.ledger.isLinked = false;
    await added('w');
    story.ledger.isLinked = true;
    expect(await added('w')).toBe('eng/w ops');
    expect(await added('w', 'x')).toBe('eng/x undefined');
  });
});

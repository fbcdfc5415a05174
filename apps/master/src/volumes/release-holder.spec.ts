import { disconnectAgent } from '../agents';
import { destroyVolume } from './destroy-volume';
import { releaseHolder } from './release-holder';
import { unused, VolumeStory } from './volume-changes.fixture';

describe('ReleaseHolder', () => {
  let story: VolumeStory;
  beforeEach(async () => {
    story = await VolumeStory.open();
    await story.launchOne('t1');
    await story.launchOne('t2');
  });

  const release = (more = {}, caller: string | undefined = 'ops') =>
    releaseHolder(story.deps, caller, {
      ...story.name,
      frameworkId: story.eng.framework.id,
      taskId: 't1',
      reason: ' the machine burnt down ',
      ...more,
    });
  const codeOf = (answer: Awaited<ReturnType<typeof release>>) => (answer.ok ? 'ok' : answer.refusal.code);

  it('takes out the task that is named, and no other; the history says who, why, and by force', async () => {
    const answer = await release();
    expect(answer).toMatchObject({
      ok: true,
      value: { released: [{ taskId: 't1' }], volume: { state: 'ready', holders: [{ taskId: 't2' }] } },
    });
    expect(await story.holders('eng/data')).toEqual(['t2 pending']);
    expect(await story.lastEntry()).toMatchObject({ change: 'volume_released', cause: 'forced: the machine burnt down', by: 'ops' });
  });

  it('takes out only the launch that is named, if one is', async () => {
    expect(codeOf(await release({ launchId: 'another' }))).toBe('holder_unknown');
    const { launchId } = story.deps.tasks.get(story.eng.framework.id, 't1')!;
    expect(codeOf(await release({ launchId }))).toBe('ok');
  });

  it('leaves the task alone: its real end gives back its resources, and releases once more without harm (promise 6)', async () => {
    await release();
    const before = await story.lastEntry();
    await story.end('t1');
    expect(await story.lastEntry()).toEqual(before);
    expect(story.changes.filter((change) => change.kind === 'recover_resources' && !change.offered)).toHaveLength(1);
    expect(story.deps.tasks.get(story.eng.framework.id, 't1')?.state).toBe('TASK_FINISHED');
  });

  it('of the last holder lets a destroy that waits go ahead (A-041)', async () => {
    await destroyVolume(story.deps, 'ops', { ...story.name, whenUnused: unused() });
    await release();
    expect(story.destroys()).toEqual([]);
    expect(await release({ taskId: 't2' })).toMatchObject({ ok: true, value: { volume: { state: 'destroying', holders: [] } } });
    await story.settled();
    expect(story.destroys()).toHaveLength(1);
  });

  it('works for an agent that is away, and leaves the destruction to its return', async () => {
    await destroyVolume(story.deps, 'ops', { ...story.name, whenUnused: unused() });
    disconnectAgent(story.deps, story.agent.agent, story.agent.agent.link!);
    await release();
    expect(codeOf(await release({ taskId: 't2' }))).toBe('ok');
    await story.settled();
    expect([story.destroys(), story.agent.agent.destroying.size]).toEqual([[], 1]);
  });

  it('is refused without a reason, for whom nobody knows, and while the ledger is away', async () => {
    expect(codeOf(await release({ reason: ' ' }))).toBe('invalid_argument');
    expect(codeOf(await release({ taskId: 't3' }))).toBe('holder_unknown');
    expect(codeOf(await release({ frameworkId: 'f' }))).toBe('holder_unknown');
    expect(codeOf(await release({ persistenceId: 'unknown' }))).toBe('volume_not_found');
    expect(codeOf(await release({ agentId: 'unknown' }))).toBe('agent_unknown');
    story.ledger.isLinked = false;
    expect(codeOf(await release())).toBe('ledger_unavailable');
    expect(await story.holders('eng/data')).toEqual(['t1 pending', 't2 pending']);
  });

  it('is for those whom the ACLs let release by force, by the role of the volume', async () => {
    const some = (...values: string[]) => ({ values });
    story = await VolumeStory.open({
      force_release: [
        { principals: some('ops'), roles: some('eng') },
        { principals: { type: 'ANY' }, roles: { type: 'NONE' } },
      ],
    });
    await story.launchOne('t1');
    expect(codeOf(await release({}, 'bob'))).toBe('unauthorized');
    expect(codeOf(await release({}, 'ops'))).toBe('ok');
  });
});

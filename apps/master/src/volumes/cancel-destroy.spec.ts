import { disconnectAgent } from '../agents';
import { cancelDestroy } from './cancel-destroy';
import { destroyVolume } from './destroy-volume';
import { cpu, unused, V, VolumeStory } from './volume-changes.fixture';

describe('CancelDestroy', () => {
  let story: VolumeStory;
  beforeEach(async () => {
    story = await VolumeStory.open();
    await story.launchOne('t1');
  });

  const drain = (caller?: string, more = {}) => destroyVolume(story.deps, caller, { ...story.name, whenUnused: unused(more) });
  const cancel = (caller?: string, more = {}) => cancelDestroy(story.deps, caller, { ...story.name, ...more });
  const codeOf = (answer: Awaited<ReturnType<typeof cancel>>) => (answer.ok ? 'ok' : answer.refusal.code);

  it('takes it back: ready, offered again, no deadline, and the end of its last holder is only that', async () => {
    await drain('ops', { deadlineMs: 1_000, onDeadline: 'kill' });
    const answer = await cancel('ops');
    const [known] = await story.ledger.readVolumes(['store-1'], 'eng/data');
    expect(answer).toEqual({ ok: true, value: { volume: known } });
    expect(known?.state).toBe('ready');
    expect(story.changes.at(-1)).toMatchObject({ kind: 'convert_total', agentId: story.agent.agent.id });
    expect(story.offer(story.eng, story.agent, [cpu, V])).toBeDefined();
    expect(await story.lastEntry()).toMatchObject({ change: 'destroy_cancelled', cause: 'cancelled', by: 'ops' });
    story.world.advance(1_000);
    await story.settled();
    expect(story.agent.sent.filter(({ kind }) => kind === 'kill_task')).toEqual([]);
    await story.end('t1');
    expect([story.destroys(), await story.state()]).toEqual([[], 'ready']);
  });

  it('tells the framework that asked that its operation has failed, and by whom', async () => {
    const offer = story.offer(story.eng, story.agent, [cpu, V]);
    await story.accept(story.eng, offer, { type: 'DESTROY', resources: [V], whenUnused: unused(), id: 'op' });
    await cancel('ops');
    expect(story.eng.events.at(-1)).toMatchObject({
      type: 'UPDATE_OPERATION_STATUS',
      status: {
        operationId: 'op',
        state: 'OPERATION_FAILED',
        message: 'The destroy of volume eng/data was cancelled by principal ops before its last holder had left.',
      },
    });
    expect(story.deps.operations.get(story.eng.framework.id, 'op')).toBeUndefined();
  });

  it('is possible until the last release, and not after it', async () => {
    await drain();
    await story.end('t1');
    expect(codeOf(await cancel())).toBe('destroy_not_pending');
    expect(story.destroys()).toHaveLength(1);
    await story.carryOut(story.agent);
    expect(codeOf(await cancel())).toBe('volume_not_found');
  });

  it('races the last release, and one of the two wins in the ledger', async () => {
    await drain();
    const [cancelled] = await Promise.all([cancel(), story.report(story.agent, 't1', 'TASK_FINISHED')]);
    await story.settled();
    const isBack = cancelled.ok;
    expect(await story.state()).toBe(isBack ? 'ready' : 'destroying');
    expect(story.destroys()).toHaveLength(isBack ? 0 : 1);
    expect(story.agent.agent.drains.size).toBe(0);
  });

  it('is refused where no destroy waits', async () => {
    expect(codeOf(await cancel())).toBe('destroy_not_pending');
    expect(codeOf(await cancel(undefined, { agentId: 'unknown' }))).toBe('agent_unknown');
    expect(codeOf(await cancel(undefined, { persistenceId: 'unknown' }))).toBe('volume_not_found');
    await drain();
    story.ledger.isLinked = false;
    expect(codeOf(await cancel())).toBe('ledger_unavailable');
    expect(story.agent.agent.drains.size).toBe(1);
  });

  it('needs no agent: only the ledger knows of a destroy that waits', async () => {
    await drain();
    disconnectAgent(story.deps, story.agent.agent, story.agent.agent.link!);
    expect(codeOf(await cancel())).toBe('ok');
    expect(await story.state()).toBe('ready');
  });

  it('is for whoever asked for the destroy, and for whoever may destroy the volume', async () => {
    const rule = { principals: { values: ['alice', 'ops'] }, creator_principals: { values: ['alice'] } };
    story = await VolumeStory.open({ destroy_volumes: [rule, { principals: { type: 'ANY' }, creator_principals: { type: 'NONE' } }] });
    await story.launchOne('t1');
    await drain('ops');
    expect(codeOf(await cancel('bob'))).toBe('unauthorized');
    expect(codeOf(await cancel())).toBe('unauthorized');
    expect(codeOf(await cancel('alice'))).toBe('ok');
    const drained = { requester: { principal: 'bob' }, admitsReaders: false, onDeadline: 'cancel' } as const;
    await story.ledger.apply('store-1', [{ kind: 'drain_volume', volume: 'eng/data', drain: drained }]);
    expect(codeOf(await cancel('bob'))).toBe('ok');
    // Nobody in particular is not the same as nobody in particular.
    await story.ledger.apply('store-1', [{ kind: 'drain_volume', volume: 'eng/data', drain: { ...drained, requester: {} } }]);
    expect(codeOf(await cancel())).toBe('unauthorized');
  });
});

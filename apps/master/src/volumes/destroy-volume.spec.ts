import { RpcFault } from '@holdfast/platform/rpc';
import { disconnectAgent } from '../agents';
import { launch } from '../builders.fixture';
import { destroyVolume } from './destroy-volume';
import { cpu, OWN, unused, V, VolumeStory } from './volume-changes.fixture';

describe('DestroyVolume', () => {
  let story: VolumeStory;
  beforeEach(async () => {
    story = await VolumeStory.open();
  });

  const codeOf = (answer: Awaited<ReturnType<typeof destroyVolume>>) => (answer.ok ? 'ok' : answer.refusal.code);
  const destroy = (more: Partial<Parameters<typeof destroyVolume>[2]> = {}, caller?: string) =>
    destroyVolume(story.deps, caller, { ...story.name, ...more });
  const converted = () => story.changes.flatMap((change) => (change.kind === 'convert_total' ? change.conversions : []));

  it('destroys what is in nobody’s offer: out of the total and the allocator at once, its disk back when the data is gone', async () => {
    expect(await destroy()).toMatchObject({ ok: true, value: { volume: { volume: 'eng/data', state: 'destroying', holders: [] } } });
    expect(story.destroys()).toMatchObject([[{ disk: { persistence: { id: 'data' } } }]]);
    expect(story.agent.agent.total.count(V)).toBe(0);
    expect(story.plainDisk()).toMatch(/:60$/);
    await story.carryOut(story.agent);
    expect(await story.state()).toBe('gone');
    expect(story.plainDisk()).toMatch(/:100$/);
    expect(converted().map(({ consumed, produced }) => `${consumed} → ${produced}`)).toEqual([
      expect.stringMatching(/data.*:40<1> → \{\}$/),
      expect.stringMatching(/^\{\} → disk.*:40$/),
    ]);
  });

  it('rescinds offers with it, those of a volume that is not shared, too, and refuses an ACCEPT that is under way with one', async () => {
    const offerId = story.offer(story.eng, story.agent, [cpu, OWN]);
    await destroy(story.ownName);
    expect(story.eng.events.at(-1)).toEqual({ type: 'RESCIND', offerId });

    const offerIds = [story.offer(story.eng, story.agent, [cpu, V]) ?? ''];
    const destroying = destroy();
    const operations = [launch(story.agent.agent.id, ['t1', cpu, V])];
    const waiting = story.call(story.eng, { type: 'ACCEPT', offerIds, operations, filters: {} });
    expect(codeOf(await destroying)).toBe('ok');
    expect((await waiting).refusal?.code).toBe('offer_gone');
    // What the ACCEPT had taken goes back, after the allocator has forgotten the volume.
    expect(story.changes.at(-1)).toMatchObject({ kind: 'recover_resources', offered: true });
  });

  it('is refused while anybody holds the volume, and names every holder (A-039, A-040)', async () => {
    await story.launchOne('t1');
    await story.launchOne('t2');
    const answer = await destroy();
    expect(answer).toMatchObject({
      ok: false,
      refusal: { code: 'volume_in_use', details: { holders: [{ taskId: 't1' }, { taskId: 't2' }] } },
    });
    expect([story.destroys(), story.agent.agent.total.count(V)]).toEqual([[], 1]);
  });

  it('is harmless when repeated: destroyed once, its disk back once', async () => {
    await destroy();
    await story.carryOut(story.agent, { code: 'agent_failed', message: 'busy', details: { problem: 'busy' } });
    expect(await destroy()).toMatchObject({ ok: true, value: { volume: { state: 'destroying' } } });
    expect(story.destroys()).toHaveLength(2);
    await story.carryOut(story.agent);
    expect(story.plainDisk()).toMatch(/:100$/);
    expect(codeOf(await destroy())).toBe('volume_not_found');
  });

  it('is refused where nothing can be decided', async () => {
    expect(codeOf(await destroy({ agentId: 'unknown' }))).toBe('agent_unknown');
    expect(codeOf(await destroy({ persistenceId: 'unknown' }))).toBe('volume_not_found');
    story.ledger.isLinked = false;
    expect(codeOf(await destroy())).toBe('ledger_unavailable');
    story.ledger.readVolumes = () => Promise.reject(new RpcFault('no route', 'UNAVAILABLE'));
    expect(codeOf(await destroy())).toBe('ledger_unavailable');
    disconnectAgent(story.deps, story.agent.agent, story.agent.agent.link!);
    expect(codeOf(await destroy())).toBe('agent_disconnected');
    expect(story.destroys()).toEqual([]);
  });

  it('asks who created the volume, as stored (B-123)', async () => {
    const rule = { principals: { values: ['alice'] }, creator_principals: { values: ['alice'] } };
    story = await VolumeStory.open({ destroy_volumes: [rule, { principals: { type: 'ANY' }, creator_principals: { type: 'NONE' } }] });
    expect(codeOf(await destroy({}, 'bob'))).toBe('unauthorized');
    expect(codeOf(await destroy())).toBe('unauthorized');
    expect(codeOf(await destroy(story.ownName, 'alice'))).toBe('unauthorized');
    expect(codeOf(await destroy({ whenUnused: unused() }, 'bob'))).toBe('unauthorized');
    expect(codeOf(await destroy({}, 'alice'))).toBe('ok');
  });

  describe('when unused', () => {
    it('waits for the last holder: withheld until then, destroyed by its release', async () => {
      await story.launchOne('t1');
      const offerId = story.offer(story.eng, story.agent, [cpu, V]);
      const answer = await destroy({ whenUnused: unused({ deadlineMs: 5_000 }) }, 'ops');
      const drain = { requester: { principal: 'ops' }, deadlineAtMs: story.world.nowMs() + 5_000, isMade: true };
      expect(answer).toMatchObject({ ok: true, value: { volume: { state: 'draining', drain, holders: [{ taskId: 't1' }] } } });
      expect(story.eng.events.at(-1)).toEqual({ type: 'RESCIND', offerId });
      expect(story.offer(story.eng, story.agent, [cpu, V])).toBeUndefined();
      await story.end('t1');
      expect(story.destroys()).toHaveLength(1);
      await story.carryOut(story.agent);
      expect(story.plainDisk()).toMatch(/:100$/);
    });

    it('answers what the ledger has', async () => {
      await story.launchOne('t1');
      const answer = await destroy({ whenUnused: unused() }, 'ops');
      const [known] = await story.ledger.readVolumes(['store-1'], 'eng/data');
      expect(answer).toEqual({ ok: true, value: { volume: known } });
    });

    it('asked for again on the same terms is one; on others it is refused, whoever asks', async () => {
      await story.launchOne('t1');
      await destroy({ whenUnused: unused() }, 'ops');
      story.world.advance(1_000);
      const again = await destroy({ whenUnused: unused() }, 'ops');
      const [known] = await story.ledger.readVolumes(['store-1'], 'eng/data');
      expect(again).toEqual({ ok: true, value: { volume: known } });
      expect(codeOf(await destroy({ whenUnused: unused({ admitsReaders: true }) }, 'ops'))).toBe('destroy_pending');
      expect(codeOf(await destroy({ whenUnused: unused() }, 'bob'))).toBe('destroy_pending');
      expect(codeOf(await destroy())).toBe('volume_in_use');
      expect(converted()).toHaveLength(1);
      await story.end('t1');
      expect(story.destroys()).toHaveLength(1);
    });

    it('is what a DESTROY meets that comes as the last holder leaves: one destruction, told to whoever waited', async () => {
      await story.launchOne('t1');
      const operation = { type: 'DESTROY', resources: [V], whenUnused: unused(), id: 'op' } as const;
      await story.accept(story.eng, story.offer(story.eng, story.agent, [cpu, V]), operation);
      const ending = story.agent.agent.queue.run(() => story.report(story.agent, 't1', 'TASK_FINISHED'));
      expect(codeOf(await destroy())).toBe('ok');
      await ending;
      await story.settled();
      expect(story.destroys()).toHaveLength(1);
      expect(story.agent.sent.at(-1)).toMatchObject({ operation: { id: 'op' }, frameworkId: story.eng.framework.id });
      expect(converted()).toHaveLength(1);
    });

    it('of a volume that nobody holds is destroyed at once', async () => {
      expect(await destroy({ whenUnused: unused() })).toMatchObject({ ok: true, value: { volume: { state: 'destroying' } } });
      expect([story.destroys().length, story.agent.agent.drains.size]).toEqual([1, 0]);
    });

    it('of two volumes waits for each by itself', async () => {
      await story.launchOne('t1');
      await story.launchOne('t2', OWN);
      await destroy({ whenUnused: unused() });
      await destroy({ ...story.ownName, whenUnused: unused() });
      await story.end('t2');
      expect(story.destroys()).toMatchObject([[{ disk: { persistence: { id: 'own' } } }]]);
      expect(await story.state()).toBe('draining');
      await story.end('t1');
      expect(story.destroys()).toHaveLength(2);
    });
  });
});

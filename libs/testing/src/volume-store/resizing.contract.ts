import { acquire, confirm, create, createFailed, destroy, gone, held, release, resize, running, volumeResource } from './ledger-story';
import { codes, T1, T2, V, W, type StoreStage } from './store-stage';

export function describeResizing(stage: StoreStage): void {
  describe('resizing', () => {
    it('gives a volume another size while tasks hold it: they stay, and so do generation and creator (B-059)', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), running(T1, V), acquire(T2, V));
      const before = await stage.story.volume(V);
      expect(await stage.story.done(resize(V, 80))).toEqual([{ generation: 1 }]);
      expect(await stage.story.volume(V)).toEqual({ ...before, resource: volumeResource(V, { sizeMb: 80 }), revision: 6 });
      await stage.story.done(release(T1, V), resize(V, 20.5), acquire(T1, V));
      expect(await stage.story.volume(V)).toMatchObject({ resource: volumeResource(V, { sizeMb: 20.5 }), holders: [{}, {}] });
    });

    it('writes from what to what into the history, and nothing when it has that size already', async () => {
      await stage.withReadyVolume();
      await stage.story.done(resize(V, 80), resize(V, 80), resize(V, 40.125));
      expect((await stage.story.history(V)).slice(2)).toEqual([
        {
          revision: 3,
          atMs: stage.story.nowMs,
          change: 'volume_resized',
          volume: V,
          generation: 1,
          cause: 'from 40 MB to 80 MB',
          epoch: 1,
        },
        {
          revision: 4,
          atMs: stage.story.nowMs,
          change: 'volume_resized',
          volume: V,
          generation: 1,
          cause: 'from 80 MB to 40.125 MB',
          epoch: 1,
        },
      ]);
    });

    it('does not keep to whom the volume happens to be allocated', async () => {
      await stage.withReadyVolume();
      const resource = volumeResource(V, { sizeMb: 80 });
      await stage.story.done({ kind: 'resize_volume', volume: V, resource: { ...resource, allocationRole: 'eng/a' } });
      expect((await stage.story.volume(V))?.resource).toEqual(resource);
    });

    it('does so while the volume is still being made, as CREATE and GROW_VOLUME of one ACCEPT need it (B-070, B-073)', async () => {
      await stage.story.done(create(V), resize(V, 80, {}, [0]), acquire(T1, V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'creating', resource: volumeResource(V, { sizeMb: 80 }) });
      await stage.story.done(confirm(V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'ready', resource: volumeResource(V, { sizeMb: 80 }) });
      const { results } = await stage.story.transact([create(V), resize(V, 160, {}, [0])]);
      expect(codes(results)).toEqual(['volume_exists', 'dependency_refused']);
    });

    it('refuses for a volume that is not there, is being destroyed, or is gone, and says which', async () => {
      expect((await stage.story.ask(resize(W, 80))).refusal).toMatchObject({
        code: 'volume_not_found',
        details: { persistenceId: 'vol-2' },
      });
      await stage.withReadyVolume();
      await stage.story.done(destroy(V));
      expect((await stage.story.ask(resize(V, 80))).refusal).toMatchObject({ code: 'volume_not_ready', details: { state: 'destroying' } });
      await stage.story.done(gone(V));
      expect((await stage.story.ask(resize(V, 80))).refusal).toMatchObject({ code: 'volume_not_ready', details: { state: 'gone' } });
      await stage.story.done(create(W), createFailed(W));
      expect((await stage.story.ask(resize(W, 80))).refusal?.code).toBe('volume_not_ready');
      expect((await stage.story.volume(V))?.resource).toEqual(volumeResource(V));
    });

    it('stands or falls with the units that it belongs to', async () => {
      await stage.withReadyVolume();
      const before = [await stage.story.volume(V), await stage.story.history()];
      const { results } = await stage.story.transact([{ ...resize(V, 80), together: 2 }, resize(W, 80), destroy(V, [0])]);
      expect(codes(results)).toEqual(['dependency_refused', 'volume_not_found', 'dependency_refused']);
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(before);
      await stage.story.done(create(W), { ...resize(V, 80), together: 2 }, resize(W, 80));
      expect([await stage.story.volume(V), await stage.story.volume(W)]).toMatchObject([
        { resource: volumeResource(V, { sizeMb: 80 }) },
        { resource: volumeResource(W, { sizeMb: 80 }) },
      ]);
    });

    it('takes the size from the agent if a crash came between the ledger and the agent, and says so (architecture 6)', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), running(T1, V), resize(V, 80));
      const asItWas = { has: [V], holders: [held(T1, V)] };
      expect((await stage.story.report(asItWas)).differences).toEqual([
        expect.stringMatching(/^Volume eng\/vol-1 was recorded anew \(.*size/),
      ]);
      expect(await stage.story.volume(V)).toMatchObject({ resource: volumeResource(V), generation: 1, holders: [{ state: 'running' }] });
      expect((await stage.story.report(asItWas)).differences).toEqual([]);
      expect((await stage.story.history(V)).at(-1)).toMatchObject({ change: 'volume_updated', cause: 'agent_reported' });
    });
  });
}

import { acquire, confirm, create, destroy, ending, FIRST_MS, gone, holderRef, release, running } from './ledger-story';
import { T1, T2, V, W, type StoreStage } from './store-stage';

export function describeHolding(stage: StoreStage): void {
  describe('holding', () => {
    it('lets many tasks hold a shared volume, in every state that admits them (A-074)', async () => {
      await stage.story.done(create(V), acquire(T1, V));
      await stage.story.done(confirm(V));
      await stage.story.done(acquire(T2, V, 'RO'));
      expect((await stage.story.volume(V))?.holders).toEqual([
        { ...T1, mode: 'RW', state: 'pending', sinceMs: FIRST_MS + 2000 },
        { ...T2, mode: 'RO', state: 'pending', sinceMs: FIRST_MS + 4000 },
      ]);
    });

    it('takes an acquire that is repeated as one (promise 6)', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V));
      const before = await stage.story.volume(V);
      await stage.story.done(acquire(T1, V), acquire(T1, [V, V], 'RO'));
      expect(await stage.story.volume(V)).toEqual(before);
    });

    it('counts two launches of one task as two holders', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(holderRef('t1', 'first'), V), acquire(holderRef('t1', 'second'), V));
      await stage.story.done(release(holderRef('t1', 'first'), V));
      expect((await stage.story.volume(V))?.holders.map(({ launchId }) => launchId)).toEqual(['second']);
    });

    it('admits one holder to a volume that is not shared, and names it to the next', async () => {
      await stage.withReadyVolume(false);
      await stage.story.done(acquire(T1, V));
      const { refusal } = await stage.story.ask(acquire(T2, V));
      expect(refusal).toMatchObject({ code: 'volume_in_use', details: { holders: [{ taskId: 't1' }] } });
      await stage.story.done(acquire(T1, V));
      await stage.story.done(release(T1, V), acquire(T2, V));
      expect(await stage.story.holders(V)).toEqual(['t2']);
    });

    it('acquires all volumes of a task or none', async () => {
      await stage.withReadyVolume();
      const { refusal } = await stage.story.ask(acquire(T1, [V, W]));
      expect(refusal).toMatchObject({ code: 'volume_not_found', details: { persistenceId: 'vol-2' } });
      expect(await stage.story.holders(V)).toEqual([]);
      await stage.story.done(create(W), acquire(T1, [V, W]));
      expect([await stage.story.holders(V), await stage.story.holders(W)]).toEqual([['t1'], ['t1']]);
    });

    it('admits nobody to a volume that is being destroyed or is gone, and says which', async () => {
      await stage.withReadyVolume();
      await stage.story.done(destroy(V));
      expect((await stage.story.ask(acquire(T1, V))).refusal).toMatchObject({ code: 'volume_not_ready', details: { state: 'destroying' } });
      await stage.story.done(gone(V));
      expect((await stage.story.ask(acquire(T1, V))).refusal).toMatchObject({ code: 'volume_not_ready', details: { state: 'gone' } });
    });

    it('keeps since when a task holds a volume through running and ending, and never goes back', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V));
      const sinceMs = stage.story.nowMs;
      await stage.story.done(running(T1, V), running(T1, V));
      expect((await stage.story.volume(V))?.holders).toEqual([{ ...T1, mode: 'RW', state: 'running', sinceMs }]);
      await stage.story.done(ending(T1, V), ending(T1, V), running(T1, V));
      expect((await stage.story.volume(V))?.holders).toEqual([{ ...T1, mode: 'RW', state: 'ending', sinceMs }]);
      expect((await stage.story.history(V)).map(({ change }) => change).slice(-3)).toEqual([
        'volume_acquired',
        'holder_running',
        'holder_ending',
      ]);
    });

    it('refuses a running task that holds nothing, since promise 2 is broken, and ignores one that ends', async () => {
      await stage.withReadyVolume();
      expect((await stage.story.ask(running(T1, V))).refusal?.code).toBe('operation_invalid');
      expect((await stage.story.ask(running(T1, W))).refusal?.code).toBe('volume_not_found');
      await stage.story.done(ending(T1, V, W));
      expect(await stage.story.holders(V)).toEqual([]);
    });

    it('releases by launch, twice as once, and whom it never knew (promise 6)', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), acquire(T2, V));
      await stage.story.done(release(T1, V, W), release(T1, V), release(holderRef('t2', 'another-launch'), V));
      expect(await stage.story.holders(V)).toEqual(['t2']);
      expect((await stage.story.history(V)).filter(({ change }) => change === 'volume_released')).toMatchObject([
        { holder: { taskId: 't1' }, cause: 'TASK_FINISHED' },
      ]);
    });
  });
}

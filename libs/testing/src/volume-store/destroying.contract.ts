import { acquire, confirm, create, destroy, ending, gone, holderRef, release, running } from './ledger-story';
import { T1, T2, V, W, type StoreStage } from './store-stage';

export function describeDestroying(stage: StoreStage): void {
  describe('destroying', () => {
    it('refuses to destroy a volume while anyone holds it, pending, running or ending, and names all (promise 1, A-039, A-040)', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T2, V, 'RO'), acquire(T1, V), acquire(holderRef('t3'), V), running(T1, V), ending(T2, V));
      const { refusal } = await stage.story.ask(destroy(V));
      expect(refusal).toMatchObject({
        code: 'volume_in_use',
        details: {
          role: 'eng',
          persistenceId: 'vol-1',
          holders: [
            { ...T1, mode: 'RW', state: 'running' },
            { ...T2, mode: 'RO', state: 'ending' },
            { taskId: 't3', state: 'pending' },
          ],
        },
      });
      expect(await stage.story.volume(V)).toMatchObject({ state: 'ready' });
    });

    it('destroys after the last release, once the holder set is empty (A-041)', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), acquire(T2, V), release(T1, V));
      expect((await stage.story.ask(destroy(V))).refusal?.code).toBe('volume_in_use');
      expect(await stage.story.done(release(T2, V), destroy(V))).toEqual([{}, { generation: 1 }]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'destroying' });
    });

    it('destroys one volume while another is in use (A-045)', async () => {
      await stage.withReadyVolume();
      await stage.story.done(create(W, { shared: false }), confirm(W), acquire(T1, V));
      await stage.story.done(destroy(W));
      expect(await stage.story.volume(W)).toMatchObject({ state: 'destroying' });
    });

    it('takes a DESTROY that is repeated as one, and leaves a tombstone when the agent has deleted the data', async () => {
      await stage.withReadyVolume();
      await stage.story.done(destroy(V), destroy(V), gone(V), gone(V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'gone', generation: 1 });
      expect((await stage.story.ask(destroy(V))).refusal?.code).toBe('volume_not_found');
      expect((await stage.story.ask(destroy(W))).refusal?.code).toBe('volume_not_found');
      expect((await stage.story.history(V)).map(({ change }) => change)).toEqual([
        'volume_created',
        'volume_ready',
        'volume_destroying',
        'volume_gone',
      ]);
    });

    it('does not take a late word of deletion for a later volume of the same name (promise 10)', async () => {
      await stage.story.done(create(V), destroy(V), gone(V), create(V), confirm(V, 2));
      const before = [await stage.story.volume(V), await stage.story.history()];
      expect(await stage.story.done(gone(V, 1))).toEqual([{}]);
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(before);
      await stage.story.done(destroy(V));
      expect(await stage.story.done(gone(V, 1))).toEqual([{}]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'destroying', generation: 2 });
      expect(await stage.story.done(gone(V, 2))).toEqual([{ generation: 2 }]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'gone', generation: 2 });
    });

    it('does not believe that a volume is deleted which is not being destroyed, and least of all one that is held', async () => {
      await stage.withReadyVolume();
      expect((await stage.story.ask(gone(V))).refusal?.code).toBe('operation_invalid');
      await stage.story.done(acquire(T1, V));
      expect((await stage.story.ask(gone(V))).refusal?.code).toBe('volume_in_use');
      expect(await stage.story.volume(V)).toMatchObject({ state: 'ready', holders: [{ taskId: 't1' }] });
    });

    it('does not know a later volume than it has recorded, as after lost writes, and says so', async () => {
      await stage.withReadyVolume();
      await stage.story.done(destroy(V));
      expect((await stage.story.ask(gone(V, 2))).refusal).toMatchObject({ code: 'volume_not_found', details: { persistenceId: 'vol-1' } });
      expect((await stage.story.ask(gone(W))).refusal?.code).toBe('volume_not_found');
      expect(await stage.story.volume(V)).toMatchObject({ state: 'destroying' });
    });
  });
}

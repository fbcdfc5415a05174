import { acquire, cancelDestroy, create, destroy, drain, held, release } from './ledger-story';
import { codes, T1, T2, V, W, type StoreStage } from './store-stage';

export function describeSafeStart(stage: StoreStage): void {
  describe('fence and safe start', () => {
    it('refuses an older epoch and changes nothing (promise 5)', async () => {
      stage.story.epoch = 7;
      await stage.story.report();
      await stage.story.done(create(V), acquire(T1, V));
      const before = [await stage.story.volume(V), await stage.story.history()];
      const { revision, results, refusal, unverified } = await stage.story.transact([release(T1, V), create(W)], {
        epoch: 6,
        seenRevision: 99,
      });
      expect(refusal).toMatchObject({ code: 'stale_epoch', details: { epoch: 6, highest: 7 }, ledgerRevision: 2 });
      expect({ revision, results, unverified }).toEqual({ revision: 2, results: [], unverified: false });
      const outcome = await stage.story.report({ epoch: 6, seenRevision: 0 });
      expect(outcome).toMatchObject({ revision: 2, refusal: { code: 'stale_epoch' }, differences: [], destroying: [], draining: [] });
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(before);
    });

    it('refuses to destroy in a store that was never reconciled, though it takes volumes and holders', async () => {
      const fresh = stage.newStory();
      expect((await fresh.transact([create(V), acquire(T1, V), release(T1, V)])).unverified).toBe(true);
      expect((await fresh.ask(destroy(V))).refusal).toMatchObject({ code: 'ledger_unverified', details: { storeId: fresh.storeId } });
      await fresh.report({ has: [V] });
      expect(codes((await fresh.transact([destroy(V)])).results)).toEqual(['done']);
    });

    it('refuses to destroy after a change of leader until the agent has reported in the new epoch', async () => {
      await stage.withReadyVolume();
      stage.story.epoch = 2;
      expect((await stage.story.transact([acquire(T1, V), release(T1, V)])).unverified).toBe(true);
      expect((await stage.story.ask(destroy(V))).refusal?.code).toBe('ledger_unverified');
      expect((await stage.story.report({ has: [V] })).differences).toEqual([]);
      expect((await stage.story.ask(destroy(V))).refusal).toBeUndefined();
    });

    it('does not repeat a DESTROY of an unverified store', async () => {
      await stage.withReadyVolume();
      await stage.story.done(destroy(V));
      stage.story.epoch = 2;
      expect((await stage.story.ask(destroy(V))).refusal?.code).toBe('ledger_unverified');
    });

    it('lets no destroy wait in an unverified store, but takes one back there', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), drain(V));
      stage.story.epoch = 2;
      const { results } = await stage.story.transact([drain(V), cancelDestroy(V), drain(V)]);
      expect(codes(results)).toEqual(['ledger_unverified', 'done', 'ledger_unverified']);
      expect(results[0]?.refusal).toMatchObject({ details: { storeId: stage.story.storeId } });
    });

    it.each([
      ['after a change of leader', { epoch: 2, seenRevision: 4 }],
      ['after lost writes', { epoch: 1, seenRevision: 40 }],
    ])(
      'does not destroy after the last release of an unverified store, which may have forgotten one: %s (promise 1)',
      async (_, shaken) => {
        await stage.withReadyVolume();
        await stage.story.done(acquire(T1, V), drain(V));
        stage.story.epoch = shaken.epoch;
        const { results, unverified } = await stage.story.transact([release(T1, V)], shaken);
        expect({ results, unverified }).toEqual({ results: [{}], unverified: true });
        expect(await stage.story.volume(V)).toMatchObject({ state: 'draining', holders: [] });

        const { destroying, draining } = await stage.story.report({ has: [V], holders: [held(T2, V)] });
        expect({ destroying, draining }).toMatchObject({ destroying: [], draining: [{ volume: V, generation: 1 }] });
        expect(await stage.story.done(release(T2, V))).toMatchObject([{ drained: [{ volume: V }] }]);
      },
    );

    it('destroys what waited for nobody any more once its agent has reported', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), drain(V));
      const waiting = (await stage.story.volume(V))?.drain;
      stage.story.epoch = 2;
      await stage.story.done(release(T1, V));
      const outcome = await stage.story.report({ has: [V] });
      expect(outcome).toMatchObject({ destroying: [{ volume: V, generation: 1, drain: waiting }], draining: [] });
      expect(outcome.differences).toEqual([expect.stringContaining('was to be destroyed when unused')]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'destroying', drain: waiting });
      expect((await stage.story.history(V)).at(-1)).toMatchObject({ change: 'volume_destroying', cause: 'unused', epoch: 2 });
    });

    it('notices lost writes by a revision that is ahead, refuses to destroy, and never repeats a revision', async () => {
      await stage.withReadyVolume();
      const result = await stage.story.transact([acquire(T1, V), release(T1, V), destroy(V)], { seenRevision: 40 });
      expect(result).toMatchObject({ revision: 42, unverified: true });
      expect(codes(result.results)).toEqual(['done', 'done', 'ledger_unverified']);
      expect((await stage.story.history()).map(({ revision }) => revision)).toEqual([1, 2, 41, 42]);
      expect((await stage.story.ask(destroy(V))).refusal?.code).toBe('ledger_unverified');
      await stage.story.report({ has: [V] });
      expect((await stage.story.transact([])).unverified).toBe(false);
    });

    it('goes on above a lost revision also when it is the report that tells', async () => {
      await stage.story.report({ has: [V], seenRevision: 12 });
      expect(await stage.story.volume(V)).toMatchObject({ revision: 13 });
      expect((await stage.story.transact([])).unverified).toBe(false);
    });
  });
}

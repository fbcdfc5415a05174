import {
  acquire,
  cancelDestroy,
  confirm,
  create,
  destroy,
  drain,
  FIRST_MS,
  forceRelease,
  holderRef,
  release,
  running,
} from './ledger-story';
import { codes, T1, T2, V, W, type StoreStage } from './store-stage';

export function describeTransactions(stage: StoreStage): void {
  describe('transactions', () => {
    it('carries units out in order, each on what the earlier ones left (A-067, A-068)', async () => {
      const { results } = await stage.story.transact([create(V), acquire(T1, V), destroy(V), release(T1, V), destroy(V), acquire(T2, V)]);
      expect(codes(results)).toEqual(['done', 'done', 'volume_in_use', 'done', 'done', 'volume_not_ready']);
    });

    it('refuses a unit whose requirement was refused, did not come, or comes later', async () => {
      await stage.withReadyVolume();
      const { results } = await stage.story.transact([
        create(V),
        acquire(T1, V, 'RW', [0]),
        acquire(T2, V, 'RW', [1]),
        create(W, {}, [7]),
        acquire(T1, V, 'RW', [5]),
        acquire(T2, V),
        release(T2, V),
        destroy(V, [5, 6]),
      ]);
      expect(codes(results)).toEqual([
        'volume_exists',
        'dependency_refused',
        'dependency_refused',
        'dependency_refused',
        'dependency_refused',
        'done',
        'done',
        'done',
      ]);
      expect(results[2]?.refusal?.details).toEqual({ operationIndex: 1 });
      expect(await stage.story.volume(W)).toBeUndefined();
    });

    it('carries units that belong together all out or none, and says which one stood in the way', async () => {
      await stage.withReadyVolume();
      await stage.story.done(create(W), acquire(T1, W));
      const before = [await stage.story.volume(V), await stage.story.volume(W), await stage.story.history()];
      const { results, revision } = await stage.story.transact([{ ...destroy(V), together: 2 }, destroy(W), acquire(T2, V, 'RW', [0])]);
      expect(codes(results)).toEqual(['dependency_refused', 'volume_in_use', 'dependency_refused']);
      expect(results.map(({ refusal }) => refusal?.details)).toMatchObject([
        { operationIndex: 1 },
        { persistenceId: 'vol-2' },
        { operationIndex: 0 },
      ]);
      expect(results.map(({ refusal }) => refusal?.ledgerRevision)).toEqual([revision, revision, revision]);
      expect([await stage.story.volume(V), await stage.story.volume(W), await stage.story.history()]).toEqual(before);

      await stage.story.done(release(T1, W), { ...destroy(V), together: 2 }, destroy(W), create('eng/vol-3'));
      expect((await stage.story.history()).slice(-3).map(({ change }) => change)).toEqual([
        'volume_destroying',
        'volume_destroying',
        'volume_created',
      ]);
    });

    it('lets all tasks of a LAUNCH_GROUP acquire one shared volume, or none of them (B-074)', async () => {
      await stage.withReadyVolume();
      const tasks = ['g1', 'g2', 'g3'].map((name) => holderRef(name));
      const group = (...volumes: string[]) => tasks.map((task, at) => ({ ...acquire(task, volumes), ...(at === 0 && { together: 3 }) }));
      const before = [await stage.story.volume(V), await stage.story.history()];
      const last = await stage.story.transact([...group(V).slice(0, 2), acquire(tasks[2]!, [V, W]), acquire(T1, V, 'RW', [1])]);
      expect(codes(last.results)).toEqual(['dependency_refused', 'dependency_refused', 'volume_not_found', 'dependency_refused']);
      expect(last.results.map(({ refusal }) => refusal?.details)).toMatchObject([{ operationIndex: 2 }, { operationIndex: 2 }, {}, {}]);
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(before);

      expect(codes((await stage.story.transact(group(V))).results)).toEqual(['done', 'done', 'done']);
      expect(await stage.story.holders(V)).toEqual(['g1', 'g2', 'g3']);
      expect((await stage.story.ask(destroy(V))).refusal?.code).toBe('volume_in_use');
      expect(codes((await stage.story.transact(group(V))).results)).toEqual(['done', 'done', 'done']);
      expect((await stage.story.history(V)).filter(({ change }) => change === 'volume_acquired')).toHaveLength(3);
    });

    it('admits no two tasks of a LAUNCH_GROUP to a volume that is not shared, hence none (B-074)', async () => {
      await stage.withReadyVolume(false);
      const { results } = await stage.story.transact([{ ...acquire(T1, V), together: 2 }, acquire(T2, V)]);
      expect(codes(results)).toEqual(['dependency_refused', 'volume_in_use']);
      expect(await stage.story.holders(V)).toEqual([]);
    });

    it('undoes holders and volumes of units that belong together, as if nothing had been asked', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V));
      const { results } = await stage.story.transact([
        { ...create(W), together: 9 },
        acquire(T2, [V, W]),
        running(T1, V),
        release(T1, V),
        destroy(W),
        create(W),
      ]);
      expect(codes(results)).toEqual([...Array(4).fill('dependency_refused'), 'volume_in_use', 'volume_exists']);
      expect((await stage.story.volume(V))?.holders).toMatchObject([{ taskId: 't1', state: 'pending' }]);
      expect(await stage.story.volume(W)).toBeUndefined();
      expect(await stage.story.done(create(W), acquire(T2, W))).toEqual([{ generation: 1 }, {}]);
    });

    it('undoes destroys that wait, and the last release, of units that belong together', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V));
      const ready = [await stage.story.volume(V), await stage.story.history()];
      const first = await stage.story.transact([{ ...drain(V), together: 2 }, drain(W), cancelDestroy(V)]);
      expect(codes(first.results)).toEqual(['dependency_refused', 'volume_not_found', 'destroy_not_pending']);
      expect(first.results[0]).not.toHaveProperty('waitsFor');
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(ready);

      await stage.story.done(drain(V, { admitsReaders: true }));
      const draining = [await stage.story.volume(V), await stage.story.history()];
      const { results } = await stage.story.transact([
        { ...acquire(T2, V, 'RO'), together: 3 },
        cancelDestroy(V),
        drain(W),
        { ...release(T1, V), together: 2 },
        drain(W),
      ]);
      expect(codes(results)).toEqual([
        ...Array(2).fill('dependency_refused'),
        'volume_not_found',
        'dependency_refused',
        'volume_not_found',
      ]);
      expect(results[3]).not.toHaveProperty('drained');
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(draining);
      expect(await stage.story.done({ ...release(T2, V), together: 2 }, release(T1, V))).toMatchObject([{}, { drained: [{ volume: V }] }]);
    });

    it('does not count those who came and left with units that were undone', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), drain(V, { admitsReaders: true }));
      const { results } = await stage.story.transact([{ ...acquire(T2, V, 'RO'), together: 2 }, drain(W), release(T1, V)]);
      expect(codes(results)).toEqual(['dependency_refused', 'volume_not_found', 'done']);
      expect(results[2]?.drained).toHaveLength(1);
    });

    it('lets units require a destroy that waits, and one that was taken back', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V));
      const { results } = await stage.story.transact([
        drain(V),
        drain(V, { admitsReaders: true }),
        cancelDestroy(V),
        acquire(T2, V, 'RW', [0, 2]),
        drain(V, {}, [1]),
      ]);
      expect(codes(results)).toEqual(['done', 'destroy_pending', 'done', 'done', 'dependency_refused']);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'ready', holders: [{}, {}] });
    });

    it('writes the person who asked into the entries of his unit, and of no other', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), acquire(T2, V), forceRelease(T1, 'admin', V), release(T2, V), forceRelease(T1, 'admin', V));
      await stage.story.transact([acquire(T1, V), forceRelease(T1, '', V), { ...forceRelease(T2, 'admin', V), requires: [9] }, create(W)]);
      expect((await stage.story.history()).slice(2).map(({ change, by }) => [change, by])).toEqual([
        ['volume_acquired', undefined],
        ['volume_acquired', undefined],
        ['volume_released', 'admin'],
        ['volume_released', undefined],
        ['volume_acquired', undefined],
        ['volume_released', undefined],
        ['volume_created', undefined],
      ]);
    });

    it('adds one entry to the history and one to the revision per change, and none for a repetition or a refusal', async () => {
      await stage.story.done(create(V), confirm(V), confirm(V), acquire(T1, V), acquire(T1, V));
      await stage.story.ask(destroy(V));
      const history = await stage.story.history();
      expect(history.map(({ revision, change }) => [revision, change])).toEqual([
        [1, 'volume_created'],
        [2, 'volume_ready'],
        [3, 'volume_acquired'],
      ]);
      expect(history[2]).toEqual({
        revision: 3,
        atMs: FIRST_MS + 2000,
        change: 'volume_acquired',
        volume: V,
        generation: 1,
        holder: { ...T1, mode: 'RW', state: 'pending', sinceMs: FIRST_MS + 2000 },
        epoch: 1,
      });
      expect((await stage.story.transact([])).revision).toBe(3);
    });

    it('remembers the trace of a change', async () => {
      const trace = '0af7651916cd43dd8448eb211c80319c';
      await stage.story.transact([create(V)], { traceParent: `00-${trace}-b7ad6b7169203331-01` });
      expect((await stage.story.history())[0]?.traceId).toBe(trace);
    });

    it('reads the history after a revision, of one volume, up to a limit', async () => {
      await stage.story.done(create(V), create(W), confirm(V), confirm(W), acquire(T1, V));
      const read = async (query: { afterRevision: number; limit: number; volume?: string }) =>
        (await stage.story.store.readHistory({ storeId: stage.story.storeId, ...query })).map(({ revision }) => revision);
      expect(await read({ afterRevision: 2, limit: 2 })).toEqual([3, 4]);
      expect(await read({ afterRevision: 0, limit: 10, volume: V })).toEqual([1, 3, 5]);
      expect(await read({ afterRevision: 5, limit: 10 })).toEqual([]);
    });

    it('keeps stores apart', async () => {
      const other = await stage.newStory().begin();
      await stage.story.done(create(V));
      await other.done(create(V), acquire(T1, V));
      expect(await stage.story.holders(V)).toEqual([]);
      const both = await stage.story.store.readVolumes({ storeIds: [other.storeId, stage.story.storeId], volume: V });
      expect(both.map(({ storeId }) => storeId)).toEqual([other.storeId, stage.story.storeId]);
      expect(await stage.story.store.readVolumes({ storeIds: [] })).toEqual([]);
    });
  });
}

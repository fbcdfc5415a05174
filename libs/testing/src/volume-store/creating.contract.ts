import { volumeKey } from '@holdfast/core/volumes';
import { acquire, AGENT, confirm, create, createFailed, destroy, ending, FIRST_MS, gone, running, volumeResource } from './ledger-story';
import { codes, T1, T2, V, W, type StoreStage } from './store-stage';

export function describeCreating(stage: StoreStage): void {
  describe('creating', () => {
    it('creates a volume that is first creating and, once the agent confirms, ready', async () => {
      expect(await stage.story.done(create(V))).toEqual([{ generation: 1 }]);
      expect(await stage.story.volume(V)).toMatchObject({
        storeId: stage.story.storeId,
        volume: V,
        state: 'creating',
        generation: 1,
        resource: volumeResource(V),
        creator: { principal: 'ops', frameworkId: 'framework-1' },
        agentId: AGENT,
        createdMs: FIRST_MS + 2000,
        holders: [],
        revision: 1,
      });
      await stage.story.done(confirm(V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'ready', revision: 2 });
    });

    it('refuses a second CREATE of a volume whose role and id exist, even an identical shared one (A-047, A-048)', async () => {
      await stage.story.done(create(V));
      const { refusal } = await stage.story.ask(create(V));
      expect(refusal).toMatchObject({ code: 'volume_exists', details: { role: 'eng', persistenceId: 'vol-1' }, ledgerRevision: 1 });
      expect((await stage.story.ask(create(V, { shared: false, sizeMb: 7 }))).refusal?.code).toBe('volume_exists');
    });

    it('refuses the second of two identical volumes created in one transaction (A-048)', async () => {
      const { results } = await stage.story.transact([create(V), create(V)]);
      expect(codes(results)).toEqual(['done', 'volume_exists']);
    });

    it('lets another role use the same persistence id (A-047)', async () => {
      await stage.story.done(create(V), create(volumeKey('eng/dev', 'vol-1')), create(volumeKey('ads', 'vol-1')));
      expect(await stage.story.store.readVolumes({ storeIds: [stage.story.storeId] })).toHaveLength(3);
    });

    it('confirms twice as once, and refuses to confirm what does not exist, or no longer', async () => {
      await stage.story.done(create(V), confirm(V), confirm(V));
      expect(await stage.story.history(V)).toHaveLength(2);
      await stage.story.done(destroy(V), gone(V));
      expect((await stage.story.ask(confirm(V))).refusal?.code).toBe('volume_not_found');
      expect((await stage.story.ask(confirm(W))).refusal?.code).toBe('volume_not_found');
    });

    it('raises the generation with each CREATE, across the tombstone (promise 10)', async () => {
      await stage.story.done(create(V), confirm(V), destroy(V), gone(V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'gone', generation: 1 });
      expect(await stage.story.done(create(V))).toEqual([{ generation: 2 }]);
    });

    it('releases those who waited, with the cause, when the agent cannot make the volume', async () => {
      await stage.story.done(create(V), acquire(T1, V), acquire(T2, V), ending(T2, V));
      await stage.story.done(createFailed(V, 'disk full'));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'gone', holders: [] });
      const last = (await stage.story.history(V)).slice(-3);
      expect(last.map(({ change, cause }) => [change, cause])).toEqual([
        ['volume_released', 'disk full'],
        ['volume_released', 'disk full'],
        ['volume_gone', 'disk full'],
      ]);
    });

    it('holds on to a volume that is said to have failed while a task runs on it', async () => {
      await stage.story.done(create(V), acquire(T1, V), running(T1, V));
      expect((await stage.story.ask(createFailed(V))).refusal?.code).toBe('volume_in_use');
      expect(await stage.story.holders(V)).toEqual(['t1']);
    });

    it('takes no word that its agent confirms or gives up an earlier volume for a later one of the same name (promise 10)', async () => {
      await stage.story.done(create(V), createFailed(V), create(V), acquire(T1, V));
      const before = [await stage.story.volume(V), await stage.story.history()];
      expect((await stage.story.ask(confirm(V, 1))).refusal?.code).toBe('volume_not_found');
      expect(await stage.story.done(createFailed(V, 'disk full', 1))).toEqual([{}]);
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(before);
      expect(await stage.story.done(confirm(V, 2))).toEqual([{ generation: 2 }]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'ready', generation: 2, holders: [{ taskId: 't1' }] });
    });

    it('does not know a later volume than it has recorded, as after lost writes, and says so', async () => {
      await stage.story.done(create(V), acquire(T1, V));
      const before = [await stage.story.volume(V), await stage.story.history()];
      expect((await stage.story.ask(confirm(V, 2))).refusal).toMatchObject({
        code: 'volume_not_found',
        details: { persistenceId: 'vol-1' },
      });
      expect((await stage.story.ask(createFailed(V, 'disk full', 2))).refusal?.code).toBe('volume_not_found');
      expect((await stage.story.ask(createFailed(W))).refusal?.code).toBe('volume_not_found');
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(before);
    });

    it('takes a failure twice as once, and not for a volume that is ready', async () => {
      await stage.story.done(create(V), createFailed(V), createFailed(V));
      await stage.story.done(create(W), confirm(W));
      expect((await stage.story.ask(createFailed(W))).refusal?.code).toBe('operation_invalid');
      expect(await stage.story.volume(W)).toMatchObject({ state: 'ready' });
    });
  });
}

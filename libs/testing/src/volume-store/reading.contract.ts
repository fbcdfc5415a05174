import { holderId, type StoreId } from '@holdfast/core/base';
import type { HolderPage, VolumeKey, VolumeStore } from '@holdfast/core/volumes';
import { acquire, create, destroy, ending, gone, holderRef, release, running } from './ledger-story';
import { T1, T2, V, W, type StoreStage } from './store-stage';

/** Every page, one after the other. */
async function pages(store: VolumeStore, storeId: StoreId, volume: VolumeKey, limit: number): Promise<readonly HolderPage[]> {
  const read: HolderPage[] = [];
  for (let from: string | undefined; ;) {
    const page = await store.readHolders({ storeId, volume, limit, ...(from !== undefined && { from }) });
    if (!page) throw new Error(`${volume} is not there`);
    read.push(page);
    if (page.next === undefined) return read;
    from = page.next;
  }
}

export function describeReading(stage: StoreStage): void {
  describe('reading', () => {
    const page = (volume: VolumeKey, limit = 100) => stage.story.store.readHolders({ storeId: stage.story.storeId, volume, limit });

    it('reads holders with mode, state and since, their count and the revision', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), acquire(T2, V, 'RO'), running(T1, V), ending(T2, V));
      const read = await page(V);
      expect({ ...read, holders: [...(read?.holders ?? [])].sort((a, b) => (a.taskId < b.taskId ? -1 : 1)) }).toEqual({
        holders: (await stage.story.volume(V))?.holders,
        count: 2,
        revision: stage.story.seenRevision,
      });
    });

    it('tells no volume from one that nobody holds, a tombstone among them', async () => {
      expect(await page(V)).toBeUndefined();
      await stage.withReadyVolume();
      expect(await page(V)).toEqual({ holders: [], count: 0, revision: 2 });
      expect(await page(W)).toBeUndefined();
      await stage.story.done(destroy(V), gone(V));
      expect(await page(V)).toEqual({ holders: [], count: 0, revision: 4 });
    });

    it('reads many holders in pages of about the limit, each holder at least once, and says on each how many there are', async () => {
      const count = 1000;
      const limit = 100;
      await stage.withReadyVolume();
      const holders = Array.from({ length: count }, (_, at) => holderRef(`t${at}`));
      await stage.story.done(...holders.map((holder) => acquire(holder, V)));
      const read = await pages(stage.story.store, stage.story.storeId, V, limit);
      expect(new Set(read.flatMap((one) => one.holders.map(holderId)))).toEqual(new Set(holders.map(holderId)));
      for (const one of read) expect(one).toMatchObject({ count, revision: stage.story.seenRevision });
      // HSCAN may give more than it was asked for, or fewer.
      expect(Math.max(...read.map((one) => one.holders.length))).toBeLessThan(3 * limit);
      expect(read.length).toBeLessThan(3 * (count / limit));
    });

    it('goes on with the holders of the moment when some come and go between two pages', async () => {
      await stage.withReadyVolume();
      const stays = Array.from({ length: 300 }, (_, at) => holderRef(`stays-${at}`));
      const leaves = Array.from({ length: 300 }, (_, at) => holderRef(`leaves-${at}`));
      await stage.story.done(...[...stays, ...leaves].map((holder) => acquire(holder, V)));
      const { storeId, store } = stage.story;
      const first = await page(V, 50);
      await stage.story.done(...leaves.map((holder) => release(holder, V)));
      const seen = new Set(first?.holders.map(holderId));
      for (let from = first?.next; from !== undefined;) {
        const next = await store.readHolders({ storeId, volume: V, limit: 50, from });
        expect(next).toMatchObject({ count: 300, revision: stage.story.seenRevision });
        for (const holder of next?.holders ?? []) {
          expect(holder.taskId).toMatch(/^stays-/);
          seen.add(holderId(holder));
        }
        from = next?.next;
      }
      for (const holder of stays) expect(seen).toContain(holderId(holder));
    });

    it('knows every store that was ever heard of, with its epoch, its revision and whether it is verified', async () => {
      const other = stage.newStory();
      await other.transact([create(V)], { epoch: 7 });
      await stage.withReadyVolume();
      const standings = await stage.story.store.readStores();
      const standing = (storeId: string) => standings.filter((one) => one.storeId === storeId);
      expect(standing(stage.story.storeId)).toEqual([{ storeId: stage.story.storeId, epoch: 1, revision: 2, isVerified: true }]);
      expect(standing(other.storeId)).toEqual([{ storeId: other.storeId, epoch: 7, revision: 1, isVerified: false }]);
      expect(standing('never-heard-of')).toEqual([]);
      expect(standings.map(({ storeId }) => storeId)).toEqual(standings.map(({ storeId }) => storeId).sort());
    });

    it('no longer calls a store verified in a later epoch', async () => {
      await stage.story.transact([], { epoch: 5 });
      const standings = await stage.story.store.readStores();
      expect(standings.find(({ storeId }) => storeId === stage.story.storeId)).toMatchObject({ epoch: 5, isVerified: false });
    });
  });
}

import type { FedEntry, LedgerFeed } from '@holdfast/core/volumes';
import { FeedRecord } from './feed-record';
import { acquire, create, holderRef, release, type LedgerStory } from './ledger-story';
import { StoreStage, T1, V, type OpenVolumeStore } from './store-stage';

export interface OpenLedgerFeed extends OpenVolumeStore {
  readonly feed: LedgerFeed;
}

/** The promises of the port to the history as it is written; memory, Redis and remote feeds keep the same ones. */
export function describeLedgerFeed(name: string, open: () => Promise<OpenLedgerFeed>): void {
  describe(`${name} as a feed`, () => {
    let opened: OpenLedgerFeed;
    let story: LedgerStory;
    let records: FeedRecord[];
    const stage = new StoreStage(() => opened);
    const newStory = () => stage.newStory().begin();

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    beforeEach(async () => {
      records = [];
      story = await newStory();
    });
    afterEach(async () => {
      await Promise.all(records.map((record) => record.stop()));
    });

    const follow = (positions: Parameters<LedgerFeed['follow']>[0], take?: (batch: readonly FedEntry[]) => Promise<void> | void) => {
      const record = new FeedRecord(opened.feed, positions, take);
      records.push(record);
      return record;
    };
    const churn = async (of: LedgerStory, times: number) => {
      for (let time = 0; time < times; time += 1) await of.done(acquire(T1, V), release(T1, V));
    };

    it('tells what was written, then what is written, as the history has it', async () => {
      await story.done(create(V), acquire(T1, V));
      const record = follow([{ storeId: story.storeId, revision: 0 }]);
      await record.until(story.storeId, 2);
      await story.transact([release(T1, V)], { traceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
      await record.until(story.storeId, 3);
      expect(record.of(story.storeId)).toEqual(await story.history());
      expect(await record.stop()).toEqual({ ok: true, value: undefined });
    });

    it('goes on after any revision, with nothing lost and nothing twice', async () => {
      await story.done(create(V));
      await churn(story, 10);
      const last = story.seenRevision;
      const all = Array.from({ length: last + 2 }, (_, at) => at + 1);
      for (let revision = 0; revision <= last; revision += 1) follow([{ storeId: story.storeId, revision }]);
      await churn(story, 1);
      await Promise.all(records.map((record) => record.until(story.storeId, last + 2)));
      records.forEach((record, revision) => expect(record.revisions(story.storeId)).toEqual(all.slice(revision)));
    });

    it('loses nothing of what is written while a follower comes', async () => {
      await story.done(create(V));
      const churned = churn(story, 40);
      const { storeId } = story;
      for (let at = 0; at < 20; at += 1) {
        const record = follow([{ storeId, revision: 0 }]);
        await record.until(storeId, at + 1);
      }
      await churned;
      await Promise.all(records.map((record) => record.until(storeId, 81)));
      for (const record of records) expect(record.revisions(storeId)).toEqual(Array.from({ length: 81 }, (_, at) => at + 1));
    });

    it('follows a store that does not exist yet from its first entry', async () => {
      const later = stage.newStory();
      const record = follow([
        { storeId: later.storeId, revision: 0 },
        { storeId: story.storeId, revision: 0 },
      ]);
      await story.done(create(V));
      await record.until(story.storeId, 1);
      await later.transact([create(V), acquire(T1, V)]);
      await record.until(later.storeId, 2);
      expect(record.revisions(later.storeId)).toEqual([1, 2]);
    });

    it('tells nothing of stores that were not asked for', async () => {
      const other = await newStory();
      const record = follow([{ storeId: story.storeId, revision: 0 }]);
      await other.done(create(V));
      await story.done(create(V));
      await record.until(story.storeId, 1);
      expect(record.batches.flat().map(({ storeId }) => storeId)).toEqual([story.storeId]);
    });

    it('keeps the order of each of many stores that are written at once', async () => {
      const stories = await Promise.all(Array.from({ length: 12 }, newStory));
      await Promise.all(stories.map((one) => one.done(create(V))));
      const record = follow(stories.map(({ storeId }) => ({ storeId, revision: 1 })));
      await Promise.all(stories.map((one) => churn(one, 15)));
      await Promise.all(stories.map(({ storeId }) => record.until(storeId, 31)));
      for (const { storeId } of stories) expect(record.revisions(storeId)).toEqual(Array.from({ length: 30 }, (_, at) => at + 2));
    });

    it('still tells entries in order when writes were lost and revisions go on above them', async () => {
      await story.done(create(V));
      const record = follow([{ storeId: story.storeId, revision: 0 }]);
      await record.until(story.storeId, 1);
      await story.transact([acquire(T1, V)], { seenRevision: 50 });
      await record.until(story.storeId, 51);
      expect(record.revisions(story.storeId)).toEqual([1, 51]);
      // A gap is not a trimmed history, for who comes later neither.
      const late = follow([{ storeId: story.storeId, revision: 20 }]);
      await late.until(story.storeId, 51);
      expect(late.revisions(story.storeId)).toEqual([51]);
      // Nor is it when everything was lost and the history begins with a gap.
      const emptied = stage.newStory();
      await emptied.transact([create(V)], { seenRevision: 50 });
      const first = follow([{ storeId: emptied.storeId, revision: 0 }]);
      await first.until(emptied.storeId, 51);
      expect(first.revisions(emptied.storeId)).toEqual([51]);
    });

    it('tells one who has seen more than there is only what comes above that', async () => {
      await story.done(create(V));
      const record = follow([{ storeId: story.storeId, revision: 10 }]);
      const other = follow([{ storeId: story.storeId, revision: 0 }]);
      await story.done(acquire(T1, V));
      await other.until(story.storeId, 2);
      await story.transact([release(T1, V)], { seenRevision: 10 });
      await record.until(story.storeId, 11);
      expect(record.revisions(story.storeId)).toEqual([11]);
    });

    it('is over at the signal, though its follower has not taken the last batch', async () => {
      await story.done(create(V));
      const record = follow([{ storeId: story.storeId, revision: 0 }], () => new Promise(() => undefined));
      await record.until(story.storeId, 1);
      expect(await record.stop()).toEqual({ ok: true, value: undefined });
      const before = new AbortController();
      before.abort();
      const entries = jest.fn();
      expect(await opened.feed.follow([{ storeId: story.storeId, revision: 0 }], entries, before.signal)).toMatchObject({ ok: true });
      expect(entries).not.toHaveBeenCalled();
    });

    it('follows no store at all until the signal', async () => {
      expect(await follow([]).stop()).toEqual({ ok: true, value: undefined });
    });

    it('throws what its follower throws', async () => {
      await story.done(create(V));
      const fail = () => {
        throw new Error('the follower has a bug');
      };
      await expect(opened.feed.follow([{ storeId: story.storeId, revision: 0 }], fail, new AbortController().signal)).rejects.toThrow(
        'the follower has a bug',
      );
    });

    it('hands a slow follower one batch after the other, and leaves no other waiting', async () => {
      await story.done(create(V));
      let takeNext = () => {};
      const slow = follow([{ storeId: story.storeId, revision: 0 }], () => new Promise<void>((resolve) => (takeNext = resolve)));
      const quick = follow([{ storeId: story.storeId, revision: 0 }]);
      await slow.until(story.storeId, 1);
      await story.done(...Array.from({ length: 300 }, (_, at) => acquire(holderRef(`t${at}`), V)));
      await quick.until(story.storeId, 301);
      expect(slow.batches).toHaveLength(1);
      for (let revision = 2; revision <= 301; revision = (slow.revisions(story.storeId).at(-1) ?? 0) + 1) {
        takeNext();
        await slow.until(story.storeId, revision);
      }
      expect(slow.revisions(story.storeId)).toEqual(Array.from({ length: 301 }, (_, at) => at + 1));
    });
  });
}

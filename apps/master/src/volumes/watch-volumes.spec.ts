import { ok, refuse, refused, type Refusal, type Result } from '@holdfast/core/base';
import type { FedEntry, LedgerEntry, LedgerFeed, StorePosition } from '@holdfast/core/volumes';
import type { WatchAnswer, WatchQuery } from '@holdfast/contracts';
import { RpcFault, type OutStream } from '@holdfast/platform/rpc';
import { volume } from '../builders.fixture';
import { MasterStory, type StoryAgent } from '../master.fixture';
import { watchVolumes } from './watch-volumes';

const entry = (revision: number, key = 'eng/v1'): LedgerEntry => ({
  revision,
  atMs: revision,
  change: 'volume_ready',
  volume: key,
  generation: 1,
  epoch: 1,
});
const fed = (storeId: string, ...entries: readonly LedgerEntry[]): readonly FedEntry[] => entries.map((one) => ({ storeId, entry: one }));

interface Following {
  readonly positions: readonly StorePosition[];
  give(entries: readonly FedEntry[]): void | Promise<void>;
  end(outcome: Result<void, Refusal>): void;
  readonly signal: AbortSignal;
}

/** A feed that hands over what a test gives it. */
class ScriptedFeed implements LedgerFeed {
  readonly followings: Following[] = [];

  follow(...[positions, onEntries, signal]: Parameters<LedgerFeed['follow']>): Promise<Result<void, Refusal>> {
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(ok(undefined)), { once: true });
      this.followings.push({ positions, give: onEntries, end: resolve, signal });
    });
  }

  get last(): Following {
    return this.followings.at(-1)!;
  }
}

/** A client's stream; what it has not read is the test's to say. */
class ClientStream implements OutStream<WatchAnswer> {
  readonly answers: WatchAnswer[] = [];
  refusal: Refusal | undefined;
  bufferedBytes = 0;
  closed = false;
  private readonly listeners: (() => void)[] = [];

  send(answer: WatchAnswer): void {
    this.answers.push(answer);
  }
  sendEncoded(): void {}
  end(): void {
    this.closed = true;
    for (const listener of this.listeners.splice(0)) listener();
  }
  refuse(refusal: Refusal): void {
    this.refusal = refusal;
    this.end();
  }
  onClose(listener: () => void): void {
    this.listeners.push(listener);
  }
  /** Revisions told of a store. */
  told(storeId = 'store-1'): readonly number[] {
    return this.answers.flatMap(({ entries }) => entries.filter((one) => one.storeId === storeId).map((one) => one.entry.revision));
  }
}

let story: MasterStory;
let agent: StoryAgent;
let feed: ScriptedFeed;
let client: ClientStream;
beforeEach(async () => {
  story = new MasterStory();
  agent = await story.register();
  feed = new ScriptedFeed();
  story.ledger.feed = feed;
  client = new ClientStream();
});

const settle = () => new Promise(setImmediate);
async function watch(query: Partial<WatchQuery> = {}): Promise<void> {
  watchVolumes(story.deps, { after: [], ...query }, client);
  await settle();
}
const unavailable = refused(refuse('ledger_unavailable', { problem: 'gone' }));

/** Changes to a store's ledger, before a watch or beside it. */
const write = (storeId: string, ...ids: readonly string[]) =>
  story.ledger.store.apply({
    storeId,
    epoch: 1,
    seenRevision: 0,
    nowMs: 0,
    units: ids.map((id) => ({ kind: 'create_volume', volume: `eng/${id}`, resource: volume(id, 1), creator: {}, agentId: 'a' })),
  });

describe('a watch of volumes', () => {
  it('says at once where it begins: now, or where it is told', async () => {
    await write('store-1', 'a', 'b');
    await story.register({ storeId: 'store-2', agent: { hostname: 'host-2', httpPort: 1, attributes: [] } });
    await watch({ after: [{ storeId: 'store-2', revision: 7 }] });
    const positions = [
      { storeId: 'store-2', revision: 7 },
      { storeId: 'store-1', revision: 2 },
    ];
    expect(client.answers).toEqual([{ entries: [], positions }]);
    expect(feed.last.positions).toEqual(positions);
  });

  it('tells of entries as they come, with the agent and with positions to go on from', async () => {
    await watch();
    await feed.last.give(fed('store-1', entry(1), entry(2)));
    await feed.last.give(fed('store-1', entry(3, 'ops/v9')));
    expect(client.answers.slice(1)).toEqual([
      {
        entries: [1, 2].map((revision) => ({ storeId: 'store-1', agentId: agent.agent.id, entry: entry(revision) })),
        positions: [{ storeId: 'store-1', revision: 2 }],
      },
      {
        entries: [{ storeId: 'store-1', agentId: agent.agent.id, entry: entry(3, 'ops/v9') }],
        positions: [{ storeId: 'store-1', revision: 3 }],
      },
    ]);
  });

  it.each([
    ['a role', { role: 'eng' }, [1, 3]],
    ['a volume', { role: 'eng', persistenceId: 'v1' }, [1]],
    ['another volume', { role: 'eng', persistenceId: 'v7' }, []],
  ])('tells of %s only, if asked to', async (_, query, expected) => {
    await watch(query);
    await feed.last.give(fed('store-1', entry(1), entry(2, 'ops/v1'), entry(3, 'eng/v2')));
    expect(client.told()).toEqual(expected);
  });

  it('says how far it has come also when it leaves everything out', async () => {
    await watch({ role: 'ops' });
    const many = Array.from({ length: 999 }, (_, at) => entry(at + 1));
    await feed.last.give(fed('store-1', ...many));
    expect(client.answers).toHaveLength(1);
    await feed.last.give(fed('store-1', entry(1000)));
    expect(client.answers.at(-1)).toEqual({ entries: [], positions: [{ storeId: 'store-1', revision: 1000 }] });
  });

  it('follows one agent only, if asked to', async () => {
    await story.register({ storeId: 'store-2', agent: { hostname: 'host-2', httpPort: 1, attributes: [] } });
    await watch({ agentId: agent.agent.id, after: [{ storeId: 'store-2', revision: 3 }] });
    expect(feed.last.positions.map(({ storeId }) => storeId)).toEqual(['store-1']);
    await story.register({ storeId: 'store-3', agent: { hostname: 'host-3', httpPort: 1, attributes: [] } });
    await settle();
    expect(feed.followings).toHaveLength(1);
    client = new ClientStream();
    await watch({ agentId: 'nobody' });
    expect(client.refusal?.code).toBe('agent_unknown');
  });

  it('follows an agent that registers later, from the first entry of a store that was not known before', async () => {
    await write('store-3', 'x', 'y');
    await watch();
    await feed.last.give(fed('store-1', entry(1)));
    const first = feed.last;
    await story.register({ storeId: 'store-2', agent: { hostname: 'host-2', httpPort: 1, attributes: [] } });
    await settle();
    expect(first.signal.aborted).toBe(true);
    expect(feed.last.positions).toEqual([
      { storeId: 'store-1', revision: 1 },
      { storeId: 'store-2', revision: 0 },
    ]);
    // Was known, without an agent: what it held is no news.
    await story.register({ storeId: 'store-3', agent: { hostname: 'host-3', httpPort: 1, attributes: [] } });
    await settle();
    expect(feed.last.positions.at(-1)).toEqual({ storeId: 'store-3', revision: 2 });
    // What the one that was given up hands over all the same comes again over the next, and is told once.
    await first.give(fed('store-1', entry(2)));
    await feed.last.give(fed('store-1', entry(2)));
    await feed.last.give(fed('store-2', entry(1)));
    expect([client.told(), client.told('store-2')]).toEqual([[1, 2], [1]]);
  });

  it('waits for the first agent where there is none', async () => {
    story = new MasterStory();
    story.ledger.feed = feed;
    await watch();
    expect(client.answers).toEqual([{ entries: [], positions: [] }]);
    expect(feed.followings).toEqual([]);
    await story.register();
    await settle();
    expect(feed.last.positions).toEqual([{ storeId: 'store-1', revision: 0 }]);
  });

  it('goes on by itself when the ledger is lost, ever more slowly, without losing or doubling an entry', async () => {
    await watch();
    await feed.last.give(fed('store-1', entry(1), entry(2)));
    const waits: number[] = [];
    for (let at = 0; at < 7; at++) {
      const before = story.world.nowMs();
      const { length } = feed.followings;
      feed.last.end(unavailable);
      await settle();
      expect(feed.followings).toHaveLength(length);
      while (feed.followings.length === length) {
        story.world.advance(50);
        await settle();
      }
      waits.push(story.world.nowMs() - before);
    }
    expect(waits).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
    expect(feed.last.positions).toEqual([{ storeId: 'store-1', revision: 2 }]);
    await feed.last.give(fed('store-1', entry(2), entry(3)));
    expect(client.told()).toEqual([1, 2, 3]);
    // Once there is something to read it is asked for soon again.
    feed.last.end(unavailable);
    await settle();
    story.world.advance(50);
    await settle();
    expect(feed.followings).toHaveLength(9);
    expect(client.refusal).toBeUndefined();
  });

  it('is refused when what it is to go on from is no longer kept', async () => {
    await watch();
    feed.last.end(refused(refuse('history_trimmed', { storeId: 'store-1', afterRevision: 1, oldestRevision: 9 })));
    await settle();
    expect(client.refusal?.code).toBe('history_trimmed');
  });

  it('is refused when the ledger cannot be read at its beginning', async () => {
    story.ledger.readStores = () => Promise.reject(new RpcFault('gone', 'UNAVAILABLE'));
    await watch();
    expect(client.refusal?.code).toBe('ledger_unavailable');
  });

  it('reads no further while its client leaves much unread, and goes on when that has read', async () => {
    await watch();
    client.bufferedBytes = 2 * 1024 * 1024;
    let isTaken = false;
    void Promise.resolve(feed.last.give(fed('store-1', entry(1)))).then(() => (isTaken = true));
    story.world.advance(10_000);
    await settle();
    expect(isTaken).toBe(false);
    client.bufferedBytes = 100;
    story.world.advance(50);
    await settle();
    expect(isTaken).toBe(true);
    expect(client.closed).toBe(false);
  });

  it('is refused when its client does not read at all, and holds up nobody', async () => {
    await watch();
    client.bufferedBytes = 2 * 1024 * 1024;
    const taken = feed.last.give(fed('store-1', entry(1)));
    story.world.advance(29_900);
    expect(client.closed).toBe(false);
    story.world.advance(200);
    await taken;
    expect(client.refusal).toMatchObject({ code: 'reader_too_slow', details: { unreadBytes: 2 * 1024 * 1024 } });
    expect(feed.last.signal.aborted).toBe(true);
  });

  it('stops reading when its client has gone, whatever it waits for', async () => {
    await watch();
    const { signal } = feed.last;
    client.end();
    expect(signal.aborted).toBe(true);
    await settle();
    await story.register({ storeId: 'store-2', agent: { hostname: 'host-2', httpPort: 1, attributes: [] } });
    await settle();
    expect(feed.followings).toHaveLength(1);

    client = new ClientStream();
    await watch();
    feed.last.end(unavailable);
    await settle();
    client.end();
    await settle();
    story.world.advance(5_000);
    await settle();
    expect(feed.followings).toHaveLength(2);
  });

  it('tells what the ledger writes, end to end', async () => {
    story.ledger.feed = story.ledger.store;
    await watch();
    await write('store-1', 'a', 'b');
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(client.told()).toEqual([1, 2]);
    client.end();
  });
});

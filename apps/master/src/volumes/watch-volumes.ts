import { refuse, type Refusal } from '@holdfast/core/base';
import { type FedEntry, splitVolumeKey, type StoreStanding } from '@holdfast/core/volumes';
import type { WatchAnswer, WatchedEntry, WatchQuery } from '@holdfast/contracts';
import type { OutStream } from '@holdfast/platform/rpc';
import type { Deps } from '../deps';
import { readLedger } from '../ledger/read-ledger';
import { WatchedStores } from './watched-stores';

/** While a client has left more than this unread, nothing more is read for it. */
const UNREAD_BYTES_AT_MOST = 1024 * 1024;
/** For how long; after that it is not reading at all. */
const UNREAD_MS_AT_MOST = 30_000;
const UNREAD_LOOK_MS = 50;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1_000;
/** After so many entries that the query leaves out, the client is told how far it has come all the same. */
const PASSED_OVER_AT_MOST = 1_000;

/**
 * Tells of changes as they are written, of the stores of all agents, also of those that register later. The first message comes at once and
 * holds the positions of all stores; each later one those that went on, so that a client which keeps them up to date can go on after its last
 * message. A ledger that is lost is waited for: no entry is lost or told twice. Refused: `agent_unknown`, `ledger_unavailable` if it cannot be
 * read at the beginning, `history_trimmed`, `reader_too_slow`.
 */
export function watchVolumes(deps: Deps, query: WatchQuery, stream: OutStream<WatchAnswer>): void {
  const { agentId } = query;
  if (agentId !== undefined && !deps.agents.get(agentId)) return stream.refuse(refuse('agent_unknown', { agentId }));
  void begin(deps, query, stream).catch((fault: unknown) => {
    deps.log.error({ err: fault }, 'a watch of volumes has failed');
    stream.refuse(refuse('ledger_unavailable', { problem: 'the watch has failed; begin it again' }));
  });
}

async function begin(deps: Deps, query: WatchQuery, stream: OutStream<WatchAnswer>): Promise<void> {
  let standings: readonly StoreStanding[] = [];
  const read = await readLedger(async () => {
    standings = await deps.ledger.readStores();
    return { ok: true, value: undefined };
  });
  if (!read.ok) return stream.refuse(read.refusal);
  if (!stream.closed) await new VolumeWatch(deps, query, stream, new WatchedStores(query, standings)).run();
}

class VolumeWatch {
  private following = new AbortController();
  private retryMs = FIRST_RETRY_MS;
  private passedOver = 0;
  /** Resolves whatever the watch waits for, at its end or when there is another store. */
  private wake: () => void = () => undefined;

  constructor(
    private readonly deps: Deps,
    private readonly query: WatchQuery,
    private readonly stream: OutStream<WatchAnswer>,
    private readonly stores: WatchedStores,
  ) {}

  async run(): Promise<void> {
    const { deps, stream, stores } = this;
    // Of two ids of one store that of the connected agent is told, hence comes last.
    const agents = [...deps.agents.all()];
    for (const isConnected of [false, true]) {
      for (const agent of agents) if ((agent.state === 'connected') === isConnected) stores.add(agent);
    }
    const stopListening = deps.registrations.onRegistered((agent) => {
      if (stores.add(agent)) this.restart();
    });
    stream.onClose(() => this.restart());
    this.tell([]);
    try {
      while (!stream.closed) await this.follow();
    } finally {
      stopListening();
    }
  }

  private async follow(): Promise<void> {
    if (this.stores.size === 0) return this.sleep(undefined);
    const { signal } = this.following;
    const outcome = await this.deps.ledger.feed.follow(this.stores.positions, (entries) => this.take(entries), signal);
    if (signal.aborted) return;
    if (!outcome.ok && outcome.refusal.code !== 'ledger_unavailable') return this.stream.refuse(outcome.refusal);
    this.deps.log.debug({ refusal: outcome.ok ? undefined : outcome.refusal.message }, 'a watch waits for the ledger');
    await this.sleep(this.retryMs);
    this.retryMs = Math.min(2 * this.retryMs, LONGEST_RETRY_MS);
  }

  /** Follows anew: other stores, or none any more. */
  private restart(): void {
    this.following.abort();
    this.following = new AbortController();
    this.wake();
  }

  /** `ms`: at most so long; undefined: until something happens. */
  private sleep(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const cancel = ms === undefined ? undefined : this.deps.world.after(ms, () => this.wake());
      this.wake = () => {
        cancel?.();
        this.wake = () => undefined;
        resolve();
      };
    });
  }

  private take(entries: readonly FedEntry[]): void | Promise<void> {
    this.retryMs = FIRST_RETRY_MS;
    const told: WatchedEntry[] = [];
    for (const { storeId, entry } of entries) {
      if (!this.stores.advance(storeId, entry.revision)) continue;
      if (!this.isWanted(entry.volume)) {
        this.passedOver++;
        continue;
      }
      const agentId = this.stores.agentOf(storeId);
      told.push(agentId === undefined ? { storeId, entry } : { storeId, agentId, entry });
    }
    if (told.length > 0 || this.passedOver >= PASSED_OVER_AT_MOST) this.tell(told);
    return this.isRead() ? undefined : this.untilRead();
  }

  private isWanted(volume: string): boolean {
    const { role, persistenceId } = this.query;
    if (role === undefined) return true;
    const named = splitVolumeKey(volume);
    return named.role === role && (persistenceId === undefined || named.persistenceId === persistenceId);
  }

  private tell(entries: readonly WatchedEntry[]): void {
    this.passedOver = 0;
    this.stream.send({ entries, positions: this.stores.takeMoved() });
  }

  private isRead(): boolean {
    return this.stream.closed || this.stream.bufferedBytes <= UNREAD_BYTES_AT_MOST;
  }

  /** The feed hands nothing over meanwhile. Nobody tells us when a client reads, so it is looked at. */
  private untilRead(): Promise<void> {
    const { world } = this.deps;
    const sinceMs = world.nowMs();
    return new Promise((resolve) => {
      const stop = world.every(UNREAD_LOOK_MS, () => {
        const isOver = world.nowMs() - sinceMs >= UNREAD_MS_AT_MOST;
        if (!this.isRead() && !isOver) return;
        stop();
        if (!this.isRead()) this.stream.refuse(this.tooSlow());
        resolve();
      });
    });
  }

  private tooSlow(): Refusal {
    const { bufferedBytes } = this.stream;
    this.deps.log.warn({ unreadBytes: bufferedBytes }, 'a watch of volumes is not read; it is ended');
    return refuse('reader_too_slow', { unreadBytes: bufferedBytes });
  }
}

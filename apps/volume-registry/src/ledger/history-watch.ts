import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Revision, StoreId } from '@holdfast/core/base';
import type { Logger } from '@holdfast/platform/process';
import type { LedgerKeys } from './keys';

/** Whoever wants to hear of new entries. */
export interface HistoryWatcher {
  /** Something may have been written that was not there when `join` was called. */
  wake(storeId: StoreId): void;
  /** Nothing more will be heard. */
  lose(problem: string): void;
}

/** A store, and how far its history went when the watcher last read it. */
export type ReadUpTo = readonly [storeId: StoreId, lastRevision: Revision];

export interface HistoryWatchOptions {
  /** Blocks, so nobody else may use it. */
  readonly redis: Redis;
  readonly keys: LedgerKeys;
  /** Ends the wait of the connection with this id (CLIENT UNBLOCK), over another one; without effect if it does not wait. */
  readonly unblock: (clientId: number) => Promise<unknown>;
  /** Called before anybody is woken. */
  readonly onNews: () => void;
  readonly log: Logger;
}

/** Well below the silence after which a connection is given up: Redis answers at least so often. */
const BLOCK_MS = 2000;
/** Most entries in one answer, over all stores (and one of each store at least). */
const ENTRIES_AT_ONCE = 1000;
/** Redis looks at every key of a blocking read each time. Asking again at once, with thousands of stores, would leave it no time for others. */
const STORES_PER_PAUSE_MS = 100;

/**
 * Waits for new entries of many stores with one blocking XREAD, for all who want to hear of them, as long as one connection lasts. It only
 * says in which store something is new: what it is, everybody reads for himself, so that a slow one neither holds others up nor piles
 * anything up here.
 */
export class HistoryWatch {
  private readonly watchers = new Map<HistoryWatcher, Set<StoreId>>();
  /** Of each store that somebody watches: up to where it was told that something is new. */
  private readonly told = new Map<StoreId, Revision>();
  private isAsking = false;
  /** There are more stores than Redis was asked for. */
  private isStale = false;
  private isInterrupting = false;
  private isRunning = false;
  private clientId: number | undefined;
  private problem: string | undefined;

  constructor(private readonly options: HistoryWatchOptions) {
    options.redis.once('close', () => this.end('the connection to Redis was lost'));
  }

  /** Why it is over; undefined: it is not. */
  get ended(): string | undefined {
    return this.problem;
  }

  /** From now on `lose` is called. */
  enter(watcher: HistoryWatcher): void {
    if (this.problem === undefined) this.watchers.set(watcher, new Set());
    else watcher.lose(this.problem);
  }

  /** From now on `wake` is called for these stores: for whatever is written after these revisions, and perhaps once in vain. */
  join(watcher: HistoryWatcher, stores: readonly ReadUpTo[]): void {
    const mine = this.watchers.get(watcher);
    if (!mine) return;
    let hasNew = false;
    for (const [storeId, lastRevision] of stores) {
      mine.add(storeId);
      const told = this.told.get(storeId);
      if (told === undefined) {
        this.told.set(storeId, lastRevision);
        hasNew = true;
      } else if (told > lastRevision) watcher.wake(storeId);
    }
    if (!hasNew) return;
    this.isStale = true;
    if (this.isRunning) void this.interrupt();
    else void this.run();
  }

  leave(watcher: HistoryWatcher): void {
    const stores = this.watchers.get(watcher);
    this.watchers.delete(watcher);
    const others = [...this.watchers.values()];
    for (const storeId of stores ?? []) if (!others.some((theirs) => theirs.has(storeId))) this.told.delete(storeId);
  }

  private async run(): Promise<void> {
    const { redis } = this.options;
    this.isRunning = true;
    try {
      this.clientId ??= await redis.client('ID');
      while (this.told.size > 0 && this.problem === undefined) {
        const isNews = await this.ask();
        const pauseMs = Math.floor(this.told.size / STORES_PER_PAUSE_MS);
        if (isNews && pauseMs > 0) await pause(pauseMs, undefined, { ref: false });
      }
      this.isRunning = false;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (redis.status === 'ready') this.options.log.error({ err: error }, 'the history cannot be followed');
      this.end(problem);
    }
  }

  /** Waits until something is new, or for a while; wakes those whom it concerns. */
  private async ask(): Promise<boolean> {
    const { redis, keys } = this.options;
    const stores = [...this.told];
    const storeOf = new Map(stores.map(([storeId]) => [keys.history(storeId), storeId]));
    const ids = stores.map(([, told]) => `${told}-0`);
    const count = Math.max(1, Math.floor(ENTRIES_AT_ONCE / stores.length));
    this.isStale = false;
    this.isAsking = true;
    const reply = (await redis.xread('COUNT', count, 'BLOCK', BLOCK_MS, 'STREAMS', ...storeOf.keys(), ...ids)) as
      readonly (readonly [key: string, entries: readonly (readonly [id: string, fields: unknown])[]])[] | null;
    this.isAsking = false;
    if (reply) this.options.onNews();
    for (const [key, entries] of reply ?? []) {
      const storeId = storeOf.get(key);
      const last = entries.at(-1);
      // Nobody may watch it any more.
      if (storeId === undefined || last === undefined || !this.told.has(storeId)) continue;
      this.told.set(storeId, Number.parseInt(last[0], 10));
      for (const [watcher, theirs] of this.watchers) if (theirs.has(storeId)) watcher.wake(storeId);
    }
    return reply !== null;
  }

  /**
   * Makes the blocked read come back, since there are more stores to ask for. It may still be on its way to Redis, over another connection
   * than this request: so until it is back. If this fails the read comes back by itself (BLOCK_MS).
   */
  private async interrupt(): Promise<void> {
    if (this.isInterrupting) return;
    this.isInterrupting = true;
    try {
      while (this.isStale && this.isAsking && this.clientId !== undefined) await this.options.unblock(this.clientId);
    } catch (error) {
      this.options.log.warn({ err: error }, 'the watch of the history could not be interrupted; it takes new stores up a little later');
    } finally {
      this.isInterrupting = false;
    }
  }

  private end(problem: string): void {
    if (this.problem !== undefined) return;
    this.problem = problem;
    this.told.clear();
    for (const watcher of this.watchers.keys()) watcher.lose(problem);
    this.watchers.clear();
  }
}

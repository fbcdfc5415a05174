import type { Redis } from 'ioredis';
import { ok, refuse, refused, type Refusal, type Result } from '@holdfast/core/base';
import type { LedgerFeed } from '@holdfast/core/volumes';
import type { Logger } from '@holdfast/platform/process';
import { RedisFault } from '@holdfast/platform/redis';
import { HistoryFollower } from './history-follower';
import { HistoryPages } from './history-pages';
import { HistoryWatch } from './history-watch';
import { LedgerAway } from './ledger-connection';
import type { LedgerReads } from './ledger-reads';
import { untilReady } from './until-ready';

export interface RedisLedgerFeedOptions extends LedgerReads {
  /** A connection that may block; asked for when there is somebody to follow, then kept. */
  readonly connect: () => Redis;
  /** How long a follower waits for that connection. */
  readonly waitMs: number;
  readonly log: Logger;
}

/** The history as it is written: pages over the ledger's connection, and one more, blocking, to hear of news for all followers. */
export class RedisLedgerFeed implements LedgerFeed {
  private readonly pages: HistoryPages;
  private redis: Redis | undefined;
  private watch: HistoryWatch | undefined;
  private isClosed = false;

  constructor(private readonly options: RedisLedgerFeedOptions) {
    this.pages = new HistoryPages(options);
  }

  /** Also refused with `ledger_unavailable` when Redis holds something else under a history's key; the log has that fault. */
  async follow(...[positions, onEntries, signal]: Parameters<LedgerFeed['follow']>): Promise<Result<void, Refusal>> {
    if (signal.aborted) return ok(undefined);
    try {
      const follower = new HistoryFollower(positions, this.pages, await this.watching(), onEntries, signal);
      return await follower.run();
    } catch (error) {
      if (!(error instanceof LedgerAway || error instanceof RedisFault)) throw error;
      if (error instanceof RedisFault) this.options.log.error({ err: error }, 'the history cannot be followed');
      return refused(refuse('ledger_unavailable', { problem: error.message }));
    }
  }

  /** Whoever follows is refused. */
  close(): void {
    this.isClosed = true;
    this.redis?.disconnect();
  }

  private async watching(): Promise<HistoryWatch> {
    const { connect, waitMs, connection, keys, log } = this.options;
    if (this.isClosed) throw new LedgerAway('the registry is stopping', false);
    const redis = (this.redis ??= connect());
    await untilReady(redis, waitMs);
    if (!this.watch || this.watch.ended !== undefined) {
      const unblock = (clientId: number) => connection.run((other) => other.client('UNBLOCK', clientId));
      this.watch = new HistoryWatch({ redis, keys, unblock, onNews: () => this.pages.renew(), log });
    }
    return this.watch;
  }
}

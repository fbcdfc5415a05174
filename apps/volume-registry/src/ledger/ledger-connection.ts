import { AsyncResource } from 'node:async_hooks';
import type { Redis } from 'ioredis';
import type { Logger } from '@holdfast/platform/process';
import { outcomeOf, type Scripts } from '@holdfast/platform/redis';
import { RedisClock } from './redis-clock';
import { inspectRedis } from './inspect-redis';

/** Redis did not answer within the time that a caller waits, or was not asked. */
export class LedgerAway extends Error {
  override readonly name = 'LedgerAway';

  constructor(
    problem: string,
    /** It was asked, and the answer never came: it may have been done before its deadline. */
    readonly isInDoubt: boolean,
  ) {
    super(problem);
  }
}

export interface LedgerConnectionOptions {
  /** Fails commands while it is away (connectRedis with `whileAway: 'fail'`). */
  readonly redis: Redis;
  readonly scripts: Scripts;
  /** How long a call may wait for Redis in all. */
  readonly waitMs: number;
  /** How often Redis is asked whether it still answers. */
  readonly probeMs: number;
  readonly log: Logger;
}

/** What is done with Redis; after `deadlineMs`, by Redis' own clock, nobody waits for it any more. */
export type LedgerCall<T> = (redis: Redis, deadlineMs: number) => Promise<T>;

/**
 * The way to Redis. Open while Redis answers; while it is closed, calls wait in the order they came, each for a bounded time.
 * No call is sent twice, and none is carried out after its caller was told no: scripts leave undone what is past its deadline.
 */
export class LedgerConnection {
  private readonly clock = new RedisClock();
  private readonly waiting = new Set<() => void>();
  private readonly prober: NodeJS.Timeout;
  private isProbing = false;
  private readonly restartListeners = new Set<() => void>();
  private knownRunId = '';
  /** Why calls wait; undefined: open. */
  private problem: string | undefined = 'not connected yet';

  constructor(private readonly options: LedgerConnectionOptions) {
    const { redis, probeMs } = options;
    redis.on('ready', () => void this.probe());
    redis.on('close', () => this.shut('no connection'));
    this.prober = setInterval(() => void this.probe(), probeMs).unref();
    void this.probe();
  }

  /** What keeps the ledger from working, in words; empty: nothing. */
  get problems(): readonly string[] {
    return this.problem === undefined ? [] : [`Redis: ${this.problem}`];
  }

  /** Names the process that Redis is; empty before it was first reached. */
  get runId(): string {
    return this.knownRunId;
  }

  /** Calls back whenever Redis has come back as another process than before; the returned function ends that. */
  onRestart(listener: () => void): () => void {
    this.restartListeners.add(listener);
    return () => this.restartListeners.delete(listener);
  }

  get waitingCount(): number {
    return this.waiting.size;
  }

  /** Throws LedgerAway when Redis has not answered in time, RedisFault when it could not do it. */
  run<T>(call: LedgerCall<T>): Promise<T> {
    const { redis, waitMs } = this.options;
    const deadlineMs = performance.now() + waitMs;
    return new Promise((resolve, reject) => {
      let isAsked = false;
      let isSettled = false;
      const start = () => {
        isAsked = true;
        call(redis, this.clock.at(deadlineMs)).then(
          (answer) => settle(() => resolve(answer)),
          (error: unknown) => {
            if (outcomeOf(error) === 'not_asked') again();
            else settle(() => reject(error));
          },
        );
      };
      let leave = () => {};
      const wait = () => {
        // Started later by whoever opens the door, yet still under the span of its caller.
        const later = AsyncResource.bind(start);
        leave = () => this.waiting.delete(later);
        this.waiting.add(later);
      };
      // The connection broke just now, and nothing was sent.
      const again = () => {
        if (isSettled) return;
        isAsked = false;
        this.shut('no connection');
        wait();
      };
      // An answer that came while this process was busy still counts: it is read before the immediate runs.
      const patience = setTimeout(() => setImmediate(() => settle(() => reject(this.away(isAsked)))), waitMs);
      const settle = (finish: () => void) => {
        isSettled = true;
        clearTimeout(patience);
        leave();
        finish();
      };
      if (this.problem === undefined) start();
      else wait();
    });
  }

  /** Asks whether Redis answers and what time it has there; opens or shuts by what comes. Harmless at any time. */
  async probe(): Promise<void> {
    const { redis, scripts, waitMs } = this.options;
    if (this.isProbing || redis.status !== 'ready') return;
    this.isProbing = true;
    const silence = setTimeout(() => this.shut('it does not answer'), waitMs);
    try {
      const found = this.problem === undefined ? undefined : await inspectRedis(redis);
      // Loaded beforehand, so that the first calls of a new connection keep their order.
      if (found && found.unfit === undefined) await scripts.loadInto(redis);
      await this.clock.measure(redis);
      if (found?.unfit !== undefined) this.shut(found.unfit);
      else this.open(found?.runId);
    } catch (error) {
      this.shut(error instanceof Error ? error.message : String(error));
    } finally {
      clearTimeout(silence);
      this.isProbing = false;
    }
  }

  /** What waits is told no. The connection itself is its owner's to close. */
  close(): void {
    clearInterval(this.prober);
    this.shut('the registry is stopping');
  }

  private open(runId: string | undefined): void {
    if (this.problem === undefined || runId === undefined) return;
    const isAnother = this.knownRunId !== '' && this.knownRunId !== runId;
    this.knownRunId = runId;
    this.problem = undefined;
    this.options.log.info('the ledger can be reached');
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const start of waiting) start();
    if (!isAnother) return;
    this.options.log.warn('Redis was started anew; each store is verified again before anything in it is destroyed');
    for (const listener of this.restartListeners) listener();
  }

  private shut(problem: string): void {
    if (this.problem === problem) return;
    if (this.problem === undefined) this.options.log.warn({ problem }, 'the ledger cannot be reached; transactions wait, then are refused');
    this.problem = problem;
  }

  private away(isAsked: boolean): LedgerAway {
    return new LedgerAway(this.problem ?? `no answer within ${this.options.waitMs} ms`, isAsked);
  }
}

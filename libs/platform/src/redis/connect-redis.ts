import { Redis, type RedisOptions } from 'ioredis';

/** What of a logger this folder uses. */
export interface RedisLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface RedisConnection {
  /** `redis://` or `rediss://`, with user, password and database as needed. */
  readonly url: string;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  readonly log: RedisLog;
  /**
   * What becomes of commands while Redis is away. `fail` (the default): they fail at once, and none is ever sent twice or later than
   * its caller waits. `wait`: they wait for Redis without limit, and what was sent and not answered is sent again.
   */
  readonly whileAway?: 'fail' | 'wait';
  /** A server that owes an answer and sends nothing for so long is given up, and dialled anew: its host may be gone without a word. */
  readonly silenceMs?: number;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;
const DEFAULT_SILENCE_MS = 10_000;

const WHILE_AWAY: Readonly<Record<NonNullable<RedisConnection['whileAway']>, RedisOptions>> = {
  fail: { enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 },
  wait: { enableOfflineQueue: true, autoResendUnfulfilledCommands: true, maxRetriesPerRequest: null },
};

/** A connection that comes back by itself, for ever; each loss and each return is logged once. Does not wait for the first one. */
export function connectRedis({ url, name, log, whileAway = 'fail', silenceMs = DEFAULT_SILENCE_MS }: RedisConnection): Redis {
  const redis = new Redis(url, {
    connectionName: name,
    connectTimeout: 2000,
    socketTimeout: silenceMs,
    // A connection that is closed while it is down would keep the process for so long.
    disconnectTimeout: 100,
    retryStrategy: (attempt) => Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS),
    // After a failover the old master has become a replica: look for the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...WHILE_AWAY[whileAway],
  });
  logChanges(redis, url, log);
  return redis;
}

function logChanges(redis: Redis, url: string, log: RedisLog): void {
  const place = withoutPassword(url);
  let isAway = false;
  let reason: string | undefined;
  redis.on('error', (error: Error) => (reason = describe(error)));
  redis.on('close', () => {
    if (isAway) return;
    isAway = true;
    log.warn({ redis: place, reason: reason ?? 'connection closed' }, 'Redis is away; reconnecting');
  });
  redis.on('ready', () => {
    isAway = false;
    reason = undefined;
    log.info({ redis: place }, 'Redis is there');
  });
}

/** An AggregateError (both address families failed) has no message of its own. */
const describe = (error: Error & { readonly code?: string }): string => error.message || error.code || error.name;

function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password) shown.password = '***';
  return shown.toString();
}

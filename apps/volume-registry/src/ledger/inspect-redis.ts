import type { Redis } from 'ioredis';

/** The first with functions, which the ledger's scripts are. */
const OLDEST_VERSION = 7;

export interface InspectedRedis {
  /** Names the running process: another after every start, and after a failover. */
  readonly runId: string;
  /**
   * Why it must not keep the ledger; absent: it may. One that evicts keys under pressure may forget holders one by one, and no revision
   * would show it.
   */
  readonly unfit?: string;
}

export async function inspectRedis(redis: Redis): Promise<InspectedRedis> {
  const answers = await Promise.all([redis.info('server'), redis.info('memory')]);
  const info = new Map(answers.flatMap((answer) => answer.split('\r\n')).map((line) => line.split(':', 2) as [string, string | undefined]));
  const runId = info.get('run_id') ?? '';
  const unfit = whyUnfit(info);
  return unfit === undefined ? { runId } : { runId, unfit };
}

function whyUnfit(info: ReadonlyMap<string, string | undefined>): string | undefined {
  const version = info.get('redis_version') ?? '';
  if (Number.parseInt(version, 10) < OLDEST_VERSION) return `it is Redis ${version}; the ledger needs Redis ${OLDEST_VERSION} or later`;
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (info.get('maxmemory') === '0' || policy === 'noeviction') return undefined;
  return `it evicts keys when memory runs short (maxmemory-policy ${policy}) and could forget who holds a volume; set maxmemory-policy noeviction`;
}

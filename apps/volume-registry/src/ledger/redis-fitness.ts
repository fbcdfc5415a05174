import type { Redis } from 'ioredis';

/**
 * Why this Redis must not keep the ledger, or undefined. One that evicts keys under pressure may forget holders one by one, and no
 * revision would show it.
 */
export async function whyUnfit(redis: Redis): Promise<string | undefined> {
  const info = new Map((await redis.info('memory')).split('\r\n').map((line) => line.split(':', 2) as [string, string | undefined]));
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (info.get('maxmemory') === '0' || policy === 'noeviction') return undefined;
  return `it evicts keys when memory runs short (maxmemory-policy ${policy}) and could forget who holds a volume; set maxmemory-policy noeviction`;
}

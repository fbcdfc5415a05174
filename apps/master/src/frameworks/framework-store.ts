import type { Redis } from 'ioredis';
import type { FrameworkId } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import type { Logger } from '@holdfast/platform/process';
import { keysOf } from '../keys';
import { REMOVED_FRAMEWORKS_KEPT } from './framework-book';

export interface StoredFramework {
  readonly info: FrameworkInfo & { readonly id: FrameworkId };
  /** Absent: it was subscribed when this was written. */
  readonly disconnectedMs?: number;
}

/** Frameworks that may come back after a restart of the master, with their failover timeouts (D-012). */
export interface FrameworkStore {
  save(framework: StoredFramework): void;
  remove(id: FrameworkId, nowMs: number): void;
  load(): Promise<{ readonly frameworks: readonly StoredFramework[]; readonly removed: readonly FrameworkId[] }>;
}

/**
 * Writes behind: a framework's subscription does not wait for Redis. A write that is lost costs only the timer of a
 * framework that never comes back after a restart.
 */
export class RedisFrameworkStore implements FrameworkStore {
  private readonly keys: ReturnType<typeof keysOf>;

  constructor(
    private readonly redis: Redis,
    keyPrefix: string,
    private readonly log: Logger,
  ) {
    this.keys = keysOf(keyPrefix);
  }

  save(framework: StoredFramework): void {
    this.write(this.redis.hset(this.keys.frameworks, framework.info.id, toJson(framework)), 'save framework');
  }

  remove(id: FrameworkId, nowMs: number): void {
    const changes = this.redis
      .multi()
      .hdel(this.keys.frameworks, id)
      .zadd(this.keys.removedFrameworks, nowMs, id)
      .zremrangebyrank(this.keys.removedFrameworks, 0, -1 - REMOVED_FRAMEWORKS_KEPT)
      .exec();
    this.write(changes, 'remove framework');
  }

  async load(): Promise<{ frameworks: StoredFramework[]; removed: FrameworkId[] }> {
    const [frameworks, removed] = await Promise.all([
      this.redis.hvals(this.keys.frameworks),
      this.redis.zrange(this.keys.removedFrameworks, '0', '-1'),
    ]);
    return { frameworks: frameworks.map(fromJson), removed };
  }

  private write(change: Promise<unknown>, what: string): void {
    change.catch((cause: unknown) => this.log.warn({ err: cause }, `${what}: not written to Redis`));
  }
}

const toJson = (framework: StoredFramework): string =>
  JSON.stringify({ ...framework, info: { ...framework.info, capabilities: [...framework.info.capabilities] } });

function fromJson(text: string): StoredFramework {
  const stored = JSON.parse(text) as StoredFramework & { info: { capabilities: FrameworkInfo['capabilities'] } };
  return { ...stored, info: { ...stored.info, capabilities: new Set(stored.info.capabilities) } };
}

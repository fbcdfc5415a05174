import type { Redis } from 'ioredis';
import type { AgentId, StoreId } from '@holdfast/core/base';
import type { AgentInfo } from '@holdfast/contracts';
import { keysOf } from '../keys';

export interface AdmittedAgent {
  readonly id: AgentId;
  readonly storeId: StoreId;
  readonly info: AgentInfo;
  /** Since when it is marked unreachable; absent: it is not. */
  readonly unreachableSinceMs?: number;
}

/**
 * The agents ever admitted, and which of them are unreachable: a restarted master waits for the others rather than calling their tasks unknown,
 * and says of these that theirs are unreachable, and since when (D-060, D-075).
 */
export interface AgentStore {
  /** Resolves when it stands in Redis, however long that takes; rejects if Redis does not take it. */
  save(agent: AdmittedAgent): Promise<void>;
  load(): Promise<readonly AdmittedAgent[]>;
}

export class RedisAgentStore implements AgentStore {
  private readonly key: string;

  constructor(
    private readonly redis: Redis,
    keyPrefix: string,
  ) {
    this.key = keysOf(keyPrefix).agents;
  }

  async save(agent: AdmittedAgent): Promise<void> {
    await this.redis.hset(this.key, agent.id, JSON.stringify(agent));
  }

  async load(): Promise<readonly AdmittedAgent[]> {
    return (await this.redis.hvals(this.key)).map((text) => JSON.parse(text) as AdmittedAgent);
  }
}

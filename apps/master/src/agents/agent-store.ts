import type { Redis } from 'ioredis';
import type { AgentId, StoreId } from '@holdfast/core/base';
import type { AgentInfo } from '@holdfast/contracts';
import type { Logger } from '@holdfast/platform/process';
import { keysOf } from '../keys';

export interface AdmittedAgent {
  readonly id: AgentId;
  readonly storeId: StoreId;
  readonly info: AgentInfo;
}

/** The agents ever admitted and not removed; a restarted master waits for them rather than calling their tasks unknown (D-060). */
export interface AgentStore {
  save(agent: AdmittedAgent): void;
  load(): Promise<readonly AdmittedAgent[]>;
}

export class RedisAgentStore implements AgentStore {
  private readonly key: string;

  constructor(
    private readonly redis: Redis,
    keyPrefix: string,
    private readonly log: Logger,
  ) {
    this.key = keysOf(keyPrefix).agents;
  }

  save(agent: AdmittedAgent): void {
    this.redis
      .hset(this.key, agent.id, JSON.stringify(agent))
      .catch((cause: unknown) => this.log.warn({ err: cause, agentId: agent.id }, 'admitted agent not written to Redis'));
  }

  async load(): Promise<readonly AdmittedAgent[]> {
    return (await this.redis.hvals(this.key)).map((text) => JSON.parse(text) as AdmittedAgent);
  }
}

import type { AgentId, StoreId } from '@holdfast/core/base';
import type { Resources } from '@holdfast/core/resources';
import type { AgentInfo, MasterMessage } from '@holdfast/contracts';
import { AgentOperations } from './agent-operations';
import { AgentQueue } from './agent-queue';
import type { Destruction } from './destroy-volumes';

/** The live stream to one agent. */
export interface AgentLink {
  /** The address that the agent dials from. */
  readonly ip: string;
  send(message: MasterMessage): void;
  /** Ends the stream; the agent dials again and reports everything anew. */
  drop(reason: string): void;
}

/**
 * - `connected`: registered over a live stream; its resources are offered.
 * - `disconnected`: the stream broke; its tasks are kept, nothing of it is offered.
 * - `unreachable`: silent for longer than the agent timeout; its tasks are reported unreachable.
 * - `recovering`: admitted by an earlier master, not back yet.
 */
export type AgentState = 'connected' | 'disconnected' | 'unreachable' | 'recovering';

export interface Agent {
  readonly id: AgentId;
  readonly queue: AgentQueue;
  storeId: StoreId;
  state: AgentState;
  /** Grows with each registration; what belongs to an earlier one is stale. */
  registration: number;
  info: AgentInfo;
  /** Everything it has, each volume once, unallocated. Volumes being destroyed are no longer in it, their disk not yet. */
  total: Resources;
  link: AgentLink | undefined;
  /** The request that put it into, or out of, the allocator's books; allocations from before it are void. */
  bookedInRequest: number;
  /** The ledger has taken its present report; otherwise it is asked for another when the ledger is back. */
  isReconciled: boolean;
  lastHeardMs: number;
  unreachableSinceMs: number | undefined;
  /** Operations sent and not yet answered. */
  readonly operations: AgentOperations;
  /** What the ledger has granted to destroy and the agent has not confirmed. */
  readonly destroying: Set<Destruction>;
}

export const newAgent = (id: AgentId, storeId: StoreId, info: AgentInfo, total: Resources): Agent => ({
  id,
  queue: new AgentQueue(),
  storeId,
  state: 'recovering',
  registration: 0,
  info,
  total,
  link: undefined,
  bookedInRequest: 0,
  isReconciled: false,
  lastHeardMs: 0,
  unreachableSinceMs: undefined,
  operations: new AgentOperations(),
  destroying: new Set(),
});

/** The agents that this master knows, by id. */
export class AgentBook {
  private readonly agents = new Map<AgentId, Agent>();

  get(id: AgentId): Agent | undefined {
    return this.agents.get(id);
  }

  put(agent: Agent): void {
    this.agents.set(agent.id, agent);
  }

  all(): Iterable<Agent> {
    return this.agents.values();
  }

  withStore(storeId: StoreId): Agent | undefined {
    for (const agent of this.agents.values()) if (agent.storeId === storeId && agent.state === 'connected') return agent;
    return undefined;
  }

  /** Whether an agent admitted earlier has not come back yet (D-061). */
  anyRecovering(): boolean {
    for (const agent of this.agents.values()) if (agent.state === 'recovering') return true;
    return false;
  }
}

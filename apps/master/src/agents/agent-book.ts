import type { AgentId, LaunchId, Principal, StoreId } from '@holdfast/core/base';
import type { Resources } from '@holdfast/core/resources';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { AgentInfo, MasterMessage } from '@holdfast/contracts';
import type { VolumeDrain } from '../drains/volume-drain';
import { AgentOperations } from './agent-operations';
import { AgentQueue } from './agent-queue';
import type { Destruction } from './destroy-volumes';
import type { Marking } from './mark-agent-unreachable';

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
 * - `unreachable`: silent for longer than the agent timeout, and written down as such; its tasks are reported unreachable.
 * - `recovering`: admitted by an earlier master, not back yet.
 */
export type AgentState = 'connected' | 'disconnected' | 'unreachable' | 'recovering';

/** `unknown`: this master has never heard of it, although it has an id. */
export type StateBefore = AgentState | 'unknown';

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
  /** On whose behalf it was asked for its next report, if a person asked. */
  reportBy: Principal | undefined;
  lastHeardMs: number;
  /** Pings in a row that it has not answered or, being away, could not be sent. */
  missedPings: number;
  /** It is about to become unreachable, unless it is heard from before. */
  marking: Marking | undefined;
  unreachableSinceMs: number | undefined;
  /** Operations sent and not yet answered. */
  readonly operations: AgentOperations;
  /** What the ledger has granted to destroy and the agent has not confirmed. */
  readonly destroying: Set<Destruction>;
  /** Volumes that wait for their last holder before they are destroyed; they are in `total` until then. */
  readonly drains: Map<VolumeKey, VolumeDrain>;
  /** Launches whose process is gone, until the ledger has their release. */
  readonly releasing: Map<LaunchId, PendingRelease>;
}

export interface PendingRelease {
  readonly written: Promise<void>;
  /** The stream over which the agent waits to have it confirmed that the launch is gone. */
  awaitedBy: AgentLink | undefined;
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
  reportBy: undefined,
  lastHeardMs: 0,
  missedPings: 0,
  marking: undefined,
  unreachableSinceMs: undefined,
  operations: new AgentOperations(),
  destroying: new Set(),
  drains: new Map(),
  releasing: new Map(),
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

  /** The agent that has a store: the connected one, else the one last heard of, since a store may move to a new id. */
  ofStore(storeId: StoreId): Agent | undefined {
    let found: Agent | undefined;
    for (const agent of this.agents.values()) {
      if (agent.storeId !== storeId) continue;
      if (agent.state === 'connected') return agent;
      if (!found || agent.lastHeardMs > found.lastHeardMs) found = agent;
    }
    return found;
  }

  /** Whether an agent admitted earlier has not come back yet (D-061). */
  anyRecovering(): boolean {
    for (const agent of this.agents.values()) if (agent.state === 'recovering') return true;
    return false;
  }
}

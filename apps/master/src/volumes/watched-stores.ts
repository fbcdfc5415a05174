import type { AgentId, Revision, StoreId } from '@holdfast/core/base';
import type { StorePosition, StoreStanding } from '@holdfast/core/volumes';
import type { WatchQuery } from '@holdfast/contracts';
import type { Agent } from '../agents/agent-book';

/** Which stores a watch follows, how far it has come in each, and which agent has it. */
export class WatchedStores {
  private readonly revisions = new Map<StoreId, Revision>();
  private readonly agents = new Map<StoreId, AgentId>();
  private readonly moved = new Set<StoreId>();
  /** Where every store stood when the watch began. */
  private readonly begun: ReadonlyMap<StoreId, Revision>;

  constructor(
    private readonly query: Pick<WatchQuery, 'agentId' | 'after'>,
    standings: readonly StoreStanding[],
  ) {
    this.begun = new Map(standings.map(({ storeId, revision }) => [storeId, revision]));
    // Without an agent to narrow it, also a store whose agent is not known now: it may come back.
    if (query.agentId === undefined) for (const { storeId } of query.after) this.follow(storeId);
  }

  get size(): number {
    return this.revisions.size;
  }

  get positions(): readonly StorePosition[] {
    return [...this.revisions].map(([storeId, revision]) => ({ storeId, revision }));
  }

  agentOf(storeId: StoreId): AgentId | undefined {
    return this.agents.get(storeId);
  }

  /** True: its store is followed from now on, and was not before. */
  add({ id, storeId }: Pick<Agent, 'id' | 'storeId'>): boolean {
    if (this.query.agentId !== undefined && this.query.agentId !== id) return false;
    this.agents.set(storeId, id);
    return this.follow(storeId);
  }

  /** False: it has been seen, or is not followed. */
  advance(storeId: StoreId, revision: Revision): boolean {
    const before = this.revisions.get(storeId);
    if (before === undefined || revision <= before) return false;
    this.revisions.set(storeId, revision);
    this.moved.add(storeId);
    return true;
  }

  /** How far the stores have come that went on since this was last asked. */
  takeMoved(): readonly StorePosition[] {
    const positions = [...this.moved].map((storeId) => ({ storeId, revision: this.revisions.get(storeId) ?? 0 }));
    this.moved.clear();
    return positions;
  }

  private follow(storeId: StoreId): boolean {
    if (this.revisions.has(storeId)) return false;
    const named = this.query.after.find((position) => position.storeId === storeId);
    // One of which nobody had heard when the watch began is followed from its first entry.
    this.revisions.set(storeId, named?.revision ?? this.begun.get(storeId) ?? 0);
    this.moved.add(storeId);
    return true;
  }
}

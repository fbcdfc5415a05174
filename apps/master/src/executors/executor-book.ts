import type { AgentId, ExecutorId, FrameworkId, Role } from '@holdfast/core/base';
import type { Resources } from '@holdfast/core/resources';
import type { ExecutorInfo } from '@holdfast/core/tasks';

/**
 * What runs tasks beside the agent itself. The one that is built in is there from the first of its tasks to the end of the last; one that its
 * framework brings, from the first until the agent says that it is gone, with or without tasks. So are its resources.
 */
export interface Executor {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly info: ExecutorInfo;
  readonly role: Role;
  /** Unallocated; what the allocator's books carry for it beside its tasks. */
  readonly resources: Resources;
  /** ACCEPTs under way that launch more tasks on it; until they are settled it does not end. */
  expected: number;
  /** Of a custom one: it is gone, but an ACCEPT under way may start it anew. */
  hasEnded: boolean;
}

/** Brought by its framework: it lives on without tasks. */
export const isCustom = ({ info }: Pick<Executor, 'info'>): boolean => info.type === 'CUSTOM';

/** Which executors run where. */
export class ExecutorBook {
  private readonly byAgent = new Map<AgentId, Map<string, Executor>>();

  get(agentId: AgentId, frameworkId: FrameworkId, executorId: ExecutorId): Executor | undefined {
    return this.byAgent.get(agentId)?.get(keyOf(frameworkId, executorId));
  }

  put(executor: Executor): void {
    const { agentId, frameworkId, info } = executor;
    let neighbours = this.byAgent.get(agentId);
    if (!neighbours) this.byAgent.set(agentId, (neighbours = new Map()));
    neighbours.set(keyOf(frameworkId, info.executorId), executor);
  }

  remove({ agentId, frameworkId, info }: Executor): void {
    const neighbours = this.byAgent.get(agentId);
    neighbours?.delete(keyOf(frameworkId, info.executorId));
    if (neighbours?.size === 0) this.byAgent.delete(agentId);
  }

  /** Undefined if there are none, which is nearly always: it is asked for each offer. */
  idsOf(agentId: AgentId, frameworkId: FrameworkId): readonly ExecutorId[] | undefined {
    if (!this.byAgent.has(agentId)) return undefined;
    const own = this.ofAgent(agentId).filter((executor) => executor.frameworkId === frameworkId);
    return own.length === 0 ? undefined : own.map(({ info }) => info.executorId);
  }

  ofFramework(frameworkId: FrameworkId): readonly Executor[] {
    return [...this.byAgent.values()].flatMap((some) => [...some.values()].filter((executor) => executor.frameworkId === frameworkId));
  }

  ofAgent(agentId: AgentId): readonly Executor[] {
    return [...(this.byAgent.get(agentId)?.values() ?? [])];
  }
}

/** No id contains a slash. */
const keyOf = (frameworkId: FrameworkId, executorId: ExecutorId): string => `${frameworkId}/${executorId}`;

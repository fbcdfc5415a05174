import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';

/** After a registration the agent's report says which executors run: those of its tasks that are not gone. The allocator's books follow. */
export function rebuildExecutors(deps: Deps, agent: Agent): void {
  const before = deps.executors.ofAgent(agent.id);
  for (const executor of before) deps.executors.remove(executor);
  for (const { info, frameworkId, role, gone } of deps.tasks.ofAgent(agent.id)) {
    if (gone || !info.executor || deps.executors.get(agent.id, frameworkId, info.executor.executorId)) continue;
    const { executor } = info;
    deps.executors.put({ frameworkId, agentId: agent.id, info: executor, role, resources: executor.resources.unallocate(), expected: 0 });
  }
  for (const { frameworkId, info } of before) {
    if (deps.executors.get(agent.id, frameworkId, info.executorId)) continue;
    deps.frameworks.get(frameworkId)?.stream?.send({ type: 'FAILURE', agentId: agent.id, executorId: info.executorId });
  }
}

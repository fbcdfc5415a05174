import type { ReportedExecutor } from '@holdfast/contracts';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { recoverFramework } from '../frameworks/recover-framework';
import type { Executor } from './executor-book';
import { roleOfUse } from './role-of-use';

/**
 * After a registration the agent's report says which executors run: the custom ones that it names, also without tasks, and those of its tasks that
 * are not over. The allocator's books follow.
 */
export function rebuildExecutors(deps: Deps, agent: Agent, reported: readonly ReportedExecutor[]): void {
  const before = deps.executors.ofAgent(agent.id);
  for (const executor of before) deps.executors.remove(executor);
  for (const one of reported) adopt(deps, agent, one, before);
  for (const { info, frameworkId, role, gone, isOver } of deps.tasks.ofAgent(agent.id)) {
    if (gone || isOver || !info.executor) continue;
    const { executor } = info;
    if (deps.executors.get(agent.id, frameworkId, executor.executorId)) continue;
    const resources = executor.resources.unallocate();
    deps.executors.put({ frameworkId, agentId: agent.id, info: executor, role, resources, expected: 0, hasEnded: false });
  }
  for (const { frameworkId, info } of before) {
    if (deps.executors.get(agent.id, frameworkId, info.executorId)) continue;
    deps.frameworks.get(frameworkId)?.stream?.send({ type: 'FAILURE', agentId: agent.id, executorId: info.executorId });
  }
}

/** One whose framework is over is told to end, and uses its resources until it has. */
function adopt(deps: Deps, agent: Agent, { framework, info }: ReportedExecutor, before: readonly Executor[]): void {
  const frameworkId = framework.id ?? '';
  if (deps.frameworks.isRemoved(frameworkId)) agent.link?.send({ kind: 'shutdown_framework', frameworkId });
  else if (!deps.frameworks.get(frameworkId)) recoverFramework(deps, framework);
  const known = before.find((executor) => executor.frameworkId === frameworkId && executor.info.executorId === info.executorId);
  deps.executors.put({
    frameworkId,
    agentId: agent.id,
    info: { ...info, type: 'CUSTOM' },
    role: known?.role ?? roleOfUse(info.resources, framework),
    resources: info.resources.unallocate(),
    expected: 0,
    hasEnded: false,
  });
}

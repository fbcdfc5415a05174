import type { Role } from '@holdfast/core/base';
import type { ExecutorUse } from '@holdfast/core/offers';
import { executorShortage } from '@holdfast/core/tasks';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';

/** An executor on which something is launched is in the books from then on; one that is there already stays as it is (D-036). */
export function bringExecutor(
  deps: Deps,
  framework: Framework,
  agent: Agent,
  role: Role,
  { executor, executorResources }: ExecutorUse,
): void {
  const known = deps.executors.get(agent.id, framework.id, executor.executorId);
  if (known) {
    known.hasEnded = false;
    return;
  }
  const resources = executorResources.unallocate();
  deps.executors.put({ frameworkId: framework.id, agentId: agent.id, info: executor, role, resources, expected: 0, hasEnded: false });
  const problem = executorShortage(resources);
  if (problem !== undefined) {
    const { executorId } = executor;
    deps.log.warn({ frameworkId: framework.id, agentId: agent.id, executorId, problem }, 'an executor has little for itself'); // D-038
  }
}

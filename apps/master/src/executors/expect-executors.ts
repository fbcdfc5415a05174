import type { AgentId, ExecutorId } from '@holdfast/core/base';
import type { Operation } from '@holdfast/core/offers';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { endIfIdle } from './end-executor';

/**
 * The running executors that an ACCEPT launches more tasks on stay, although their last task may end while the ledger is asked: the plan
 * does not charge their resources again (D-036). Answers with what is to be called once the ACCEPT is settled.
 */
export function expectExecutors(deps: Deps, framework: Framework, agentId: AgentId, operations: readonly Operation[]): () => void {
  const expected = operations.flatMap(executorIdsIn).flatMap((executorId) => {
    const executor = deps.executors.get(agentId, framework.id, executorId);
    return executor ? [executor] : [];
  });
  for (const executor of expected) executor.expected++;
  return () => {
    for (const executor of expected) {
      executor.expected--;
      endIfIdle(deps, executor);
    }
  };
}

function executorIdsIn(operation: Operation): readonly ExecutorId[] {
  if (operation.type === 'LAUNCH_GROUP') return [operation.executor.executorId];
  if (operation.type !== 'LAUNCH') return [];
  const ids = operation.tasks.flatMap(({ task }) => (task.ok && task.value.executor ? [task.value.executor.executorId] : []));
  return [...new Set(ids)];
}

import type { Deps } from '../deps';
import type { Task } from '../tasks/task-book';
import type { Executor } from './executor-book';

/** A task of a group is gone: with the last one its executor is, too. Its framework is told, as of every executor but those of single tasks. */
export function endExecutorOf(deps: Deps, task: Task): void {
  const executor = task.info.executor && deps.executors.get(task.agentId, task.frameworkId, task.info.executor.executorId);
  if (executor) endIfIdle(deps, executor);
}

/** Ends an executor that nothing runs on and no ACCEPT is about to use; its resources come back. */
export function endIfIdle(deps: Deps, executor: Executor): void {
  const { agentId, frameworkId, role, resources, info } = executor;
  if (executor.expected > 0 || isUsed(deps, executor)) return;
  // It is another one that a later registration has brought.
  if (deps.executors.get(agentId, frameworkId, info.executorId) !== executor) return;
  deps.executors.remove(executor);
  if (!resources.isEmpty) deps.allocator.change({ kind: 'recover_resources', frameworkId, agentId, role, resources, offered: false });
  deps.frameworks.get(frameworkId)?.stream?.send({ type: 'FAILURE', agentId, executorId: info.executorId });
}

const isUsed = (deps: Deps, { agentId, frameworkId, info }: Executor): boolean =>
  deps.tasks
    .ofAgent(agentId)
    .some(
      (task) => (!task.gone || task.isEnding) && task.frameworkId === frameworkId && task.info.executor?.executorId === info.executorId,
    );

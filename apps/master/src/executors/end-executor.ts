import type { Deps } from '../deps';
import { forgetIfRemoved } from '../frameworks/forget-framework';
import type { Task } from '../tasks/task-book';
import { isCustom, type Executor } from './executor-book';

/** A task is gone: with the last one the executor that is built in is, too. Its framework is told, as of every executor but those of single tasks. */
export function endExecutorOf(deps: Deps, task: Task): void {
  const executor = task.info.executor && deps.executors.get(task.agentId, task.frameworkId, task.info.executor.executorId);
  if (executor) endIfIdle(deps, executor);
}

/** Ends an executor that nothing runs on, or that is gone, and that no ACCEPT is about to use; its resources come back. */
export function endIfIdle(deps: Deps, executor: Executor): void {
  const { agentId, frameworkId, info } = executor;
  if (executor.expected > 0 || !hasReasonToEnd(deps, executor)) return;
  // It is another one that a later registration has brought.
  if (deps.executors.get(agentId, frameworkId, info.executorId) !== executor) return;
  removeExecutor(deps, executor);
  if (!isCustom(executor)) deps.frameworks.get(frameworkId)?.stream?.send({ type: 'FAILURE', agentId, executorId: info.executorId });
}

export function removeExecutor(deps: Deps, executor: Executor): void {
  const { agentId, frameworkId, role, resources } = executor;
  deps.executors.remove(executor);
  if (!resources.isEmpty) deps.allocator.change({ kind: 'recover_resources', frameworkId, agentId, role, resources, offered: false });
  forgetIfRemoved(deps, frameworkId);
}

/** Of a custom one the agent says so, and the framework has been told. */
const hasReasonToEnd = (deps: Deps, executor: Executor): boolean => (isCustom(executor) ? executor.hasEnded : !isUsed(deps, executor));

const isUsed = (deps: Deps, executor: Executor): boolean => tasksOf(deps, executor).some((task) => !task.gone || task.isEnding);

export const tasksOf = (deps: Deps, { agentId, frameworkId, info }: Executor): readonly Task[] =>
  deps.tasks.ofAgent(agentId).filter((task) => task.frameworkId === frameworkId && task.info.executor?.executorId === info.executorId);

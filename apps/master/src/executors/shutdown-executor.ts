import { ok, type Result } from '@holdfast/core/base';
import type { CallAnswer, ExecutorRequest } from '@holdfast/contracts';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { findExecutor } from './find-executor';

/** SHUTDOWN: the agent kills all tasks of the executor; what becomes of them comes as their updates. */
export function shutdownExecutor(deps: Deps, framework: Framework, request: ExecutorRequest): Result<CallAnswer> {
  const found = findExecutor(deps, framework, request);
  if (!found.ok) return found;
  found.value.agent.link?.send({ kind: 'shutdown_executor', frameworkId: framework.id, executorId: request.executorId });
  return ok({});
}

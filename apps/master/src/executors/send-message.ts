import { ok, type Result } from '@holdfast/core/base';
import type { CallAnswer, SendMessageRequest } from '@holdfast/contracts';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { findExecutor } from './find-executor';

/** MESSAGE: the executor that is built in listens to none, so that a message for it ends here. */
export function sendMessage(deps: Deps, framework: Framework, request: SendMessageRequest): Result<CallAnswer> {
  const found = findExecutor(deps, framework, request);
  if (!found.ok) return found;
  const { agentId, executorId, data } = request;
  deps.log.debug({ frameworkId: framework.id, agentId, executorId, bytes: data.length }, 'the built-in executor ignores a message');
  return ok({});
}

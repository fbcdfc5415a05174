import { ok, type Result } from '@holdfast/core/base';
import type { AgentMessage, CallAnswer, SendMessageRequest } from '@holdfast/contracts';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { isCustom } from './executor-book';
import { findExecutor } from './find-executor';

/** MESSAGE, delivered at most once; the executor that is built in listens to none, so that one for it ends here. */
export function sendMessage(deps: Deps, framework: Framework, request: SendMessageRequest): Result<CallAnswer> {
  const found = findExecutor(deps, framework, request);
  if (!found.ok) return found;
  const { agentId, executorId, data } = request;
  const { executor, agent } = found.value;
  if (isCustom(executor)) agent.link?.send({ kind: 'executor_message', frameworkId: framework.id, executorId, data });
  else deps.log.debug({ frameworkId: framework.id, agentId, executorId, bytes: data.length }, 'the built-in executor ignores a message');
  return ok({});
}

type FromExecutor = Extract<AgentMessage, { kind: 'executor_message' }>;

/** From an executor to its framework; lost if that is not connected. */
export function passMessageOn(deps: Deps, agent: Agent, { frameworkId, executorId, data }: FromExecutor): void {
  deps.frameworks.get(frameworkId)?.stream?.send({ type: 'MESSAGE', agentId: agent.id, executorId, data });
}

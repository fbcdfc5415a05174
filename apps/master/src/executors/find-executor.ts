import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import type { ExecutorRequest } from '@holdfast/contracts';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import type { Executor } from './executor-book';

export interface FoundExecutor {
  readonly executor: Executor;
  readonly agent: Agent;
}

/** The executor that SHUTDOWN or MESSAGE is for. Refused with `executor_unknown`, or `agent_disconnected` if it cannot be reached now. */
export function findExecutor(deps: Deps, framework: Framework, { agentId, executorId }: ExecutorRequest): Result<FoundExecutor> {
  const executor = deps.executors.get(agentId, framework.id, executorId);
  const agent = deps.agents.get(agentId);
  if (!executor || !agent) return refused(refuse('executor_unknown', { executorId, agentId }));
  return agent.link ? ok({ executor, agent }) : refused(refuse('agent_disconnected', { agentId }));
}

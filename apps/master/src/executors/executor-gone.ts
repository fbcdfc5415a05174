import type { AgentMessage } from '@holdfast/contracts';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { endIfIdle, tasksOf } from './end-executor';
import { isCustom, type Executor } from './executor-book';
import { waitStatus } from './wait-status';

type ExecutorGone = Extract<AgentMessage, { kind: 'executor_gone' }>;

/**
 * No process of a custom executor is left: its resources come back, and its framework is told (FAILURE). A task of it that is not over was
 * launched while this was on its way, since the agent has told the end of all that it knew before: for that one a new executor starts, whose
 * resources are those of the old one. Confirmed also if it is not known, so that it is not repeated for ever.
 */
export function executorGone(deps: Deps, agent: Agent, { frameworkId, executorId, exitStatus }: ExecutorGone): void {
  const executor = deps.executors.get(agent.id, frameworkId, executorId);
  if (executor && isCustom(executor) && !executor.hasEnded) {
    deps.log.info({ frameworkId, agentId: agent.id, executorId, exitStatus }, 'an executor is gone');
    deps.frameworks.get(frameworkId)?.stream?.send({
      type: 'FAILURE',
      agentId: agent.id,
      executorId,
      ...(exitStatus !== undefined && { status: waitStatus(exitStatus) }),
    });
    executor.hasEnded = !isStartedAnew(deps, executor);
    endIfIdle(deps, executor);
  }
  agent.link?.send({ kind: 'executor_gone_confirmed', frameworkId, executorId });
}

const isStartedAnew = (deps: Deps, executor: Executor): boolean =>
  deps.frameworks.get(executor.frameworkId) !== undefined && tasksOf(deps, executor).some((task) => !task.isOver && !task.gone);

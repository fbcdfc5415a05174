import type { FrameworkId, OperationId } from '@holdfast/core/base';
import { isOperationOver } from '@holdfast/core/offers';
import type { DrainRequester } from '@holdfast/core/volumes';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { decideOperation } from './send-operation-status';

/** Who wants to be told what becomes of an operation. */
export interface Feedback {
  readonly frameworkId: FrameworkId;
  readonly operationId: OperationId;
}

/** Whom to tell what becomes of a destroy that waits; nobody, if its framework has no id for it, or is over. */
export function feedbackOf(deps: Pick<Deps, 'frameworks'>, { frameworkId, operationId }: DrainRequester): Feedback | undefined {
  if (frameworkId === undefined || operationId === undefined || deps.frameworks.isRemoved(frameworkId)) return undefined;
  return { frameworkId, operationId };
}

/**
 * It is pending from now on; what becomes of it comes from the agent (D-093). One that is known and was called unreachable is pending again,
 * which its framework is told; of one that is over nothing more becomes.
 */
export function trackOperation(deps: Deps, agent: Agent, { frameworkId, operationId }: Feedback): void {
  const known = deps.operations.get(frameworkId, operationId);
  if (known?.agentId === agent.id) {
    if (known.status.state === 'OPERATION_PENDING' || isOperationOver(known.status.state)) return;
    return decideOperation(deps, known, 'OPERATION_PENDING', 'Its agent has registered again');
  }
  const status = { operationId, state: 'OPERATION_PENDING', agentId: agent.id } as const;
  deps.operations.put({ frameworkId, operationId, agentId: agent.id, status, unacknowledged: undefined, sinceMs: deps.world.nowMs() });
}

import type { OperationUpdate } from '@holdfast/contracts';
import type { Agent } from '../agents/agent-book';
import { isBeingDestroyed } from '../agents/destroy-volumes';
import type { Deps } from '../deps';
import type { TrackedOperation } from './operation-book';
import { sendOperationStatus } from './send-operation-status';

/**
 * A status from an agent goes to the framework, each time that the agent repeats it, until the framework acknowledges it (D-094). Nobody
 * ever will for a framework that was removed, or that has not been heard of for as long as one may stay away: then we do (D-014).
 */
export function updateOperation(deps: Deps, agent: Agent, { frameworkId, status }: OperationUpdate): void {
  const { operationId, uuid } = status;
  const known = deps.operations.get(frameworkId, operationId);
  const acknowledge = () => {
    if (uuid) agent.link?.send({ kind: 'acknowledge_operation', frameworkId, operationId, uuid });
  };
  if (deps.frameworks.isRemoved(frameworkId)) return acknowledge();
  // It has been repeated while the acknowledgement was on its way, or that was lost.
  if (uuid && deps.operations.wasAcknowledged(uuid)) return acknowledge();
  // Its DESTROY is repeated until the data is gone: until then it has not failed.
  if (status.state !== 'OPERATION_FINISHED' && isBeingDestroyed(deps, agent, frameworkId, operationId)) return acknowledge();

  const operation: TrackedOperation =
    known?.agentId === agent.id
      ? known
      : { frameworkId, operationId, agentId: agent.id, status, unacknowledged: undefined, sinceMs: deps.world.nowMs() };
  operation.status = { ...withoutUuid(status), agentId: agent.id };
  operation.unacknowledged = uuid ? { ...status, agentId: agent.id } : undefined;
  if (operation !== known) deps.operations.put(operation);
  if (deps.frameworks.get(frameworkId))
    return sendOperationStatus(deps.frameworks.get(frameworkId), operation.unacknowledged ?? operation.status);
  if (deps.world.nowMs() - operation.sinceMs < deps.settings.frameworkRecoveryMs) return;
  deps.operations.remove(operation);
  acknowledge();
}

function withoutUuid({ uuid: _, ...status }: OperationUpdate['status']): OperationUpdate['status'] {
  return status;
}

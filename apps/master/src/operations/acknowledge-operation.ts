import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import { isOperationOver } from '@holdfast/core/offers';
import type { AcknowledgeOperationRequest, CallAnswer } from '@holdfast/contracts';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';

/**
 * Passes an acknowledgement on to the agent, which then stops repeating the status; an operation that is over is forgotten. Refused, where
 * Mesos only counts it (D-095): `operation_unknown` if agent, operation or uuid is another, `agent_disconnected` if it cannot be told now.
 */
export function acknowledgeOperation(deps: Deps, framework: Framework, request: AcknowledgeOperationRequest): Result<CallAnswer> {
  const { operationId, agentId } = request;
  const operation = deps.operations.get(framework.id, operationId);
  const uuid = operation?.unacknowledged?.uuid;
  if (!operation || !uuid || operation.agentId !== agentId || Buffer.compare(uuid, request.uuid) !== 0) {
    return refused(refuse('operation_unknown', { operationId }));
  }
  const link = deps.agents.get(agentId)?.link;
  if (!link) return refused(refuse('agent_disconnected', { agentId }));
  link.send({ kind: 'acknowledge_operation', frameworkId: framework.id, operationId, uuid });
  operation.unacknowledged = undefined;
  deps.operations.noteAcknowledged(uuid);
  if (isOperationOver(operation.status.state)) deps.operations.remove(operation);
  return ok({});
}

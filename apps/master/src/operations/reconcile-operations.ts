import type { AgentId } from '@holdfast/core/base';
import type { OperationState } from '@holdfast/core/offers';
import type { ReconcileOperationsRequest } from '@holdfast/contracts';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { sendOperationStatus } from './send-operation-status';

type AskedOperation = ReconcileOperationsRequest['operations'][number];

/**
 * None named: the latest status of every operation that is known; otherwise of each that is named (D-096). Answers are
 * UPDATE_OPERATION_STATUS events without uuid.
 */
export function reconcileOperations(deps: Deps, framework: Framework, { operations }: ReconcileOperationsRequest): void {
  if (operations.length === 0) {
    for (const { status } of deps.operations.ofFramework(framework.id)) sendOperationStatus(framework, status);
  }
  for (const asked of operations) reconcileOperation(deps, framework, asked);
}

function reconcileOperation(deps: Deps, framework: Framework, { operationId, agentId }: AskedOperation): void {
  const known = deps.operations.get(framework.id, operationId);
  if (known) return sendOperationStatus(framework, known.status);
  const state = stateOfUnknown(deps, agentId);
  const message = 'The master does not know this operation';
  sendOperationStatus(framework, { operationId, state, message, ...(agentId !== undefined && { agentId }) });
}

function stateOfUnknown(deps: Deps, agentId: AgentId | undefined): OperationState {
  const agent = agentId === undefined ? undefined : deps.agents.get(agentId);
  if (agent?.state === 'recovering') return 'OPERATION_RECOVERING';
  return agent?.state === 'unreachable' ? 'OPERATION_UNREACHABLE' : 'OPERATION_UNKNOWN';
}

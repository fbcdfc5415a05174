import { isOperationOver } from '@holdfast/core/offers';
import type { OperationUpdate } from '@holdfast/contracts';
import type { Agent } from '../agents/agent-book';
import { isBeingDestroyed } from '../agents/destroy-volumes';
import type { Deps } from '../deps';
import { decideOperation } from './send-operation-status';
import { updateOperation } from './update-operation';

/**
 * Brings the books in line with what a registering agent reports. What it reports is known again, also by a master that has never heard of
 * it; what it does not report and was not over has never reached it: OPERATION_DROPPED (D-097). A DESTROY that is sent to it anew goes on.
 */
export function adoptOperations(deps: Deps, agent: Agent, reported: readonly OperationUpdate[]): void {
  const ids = new Set(reported.map(({ frameworkId, status }) => `${frameworkId}/${status.operationId}`));
  for (const operation of deps.operations.ofAgent(agent.id)) {
    const { frameworkId, operationId, status } = operation;
    if (ids.has(`${frameworkId}/${operationId}`) || isBeingDestroyed(deps, agent, frameworkId, operationId)) continue;
    // The acknowledgement had reached the agent.
    if (isOperationOver(status.state)) deps.operations.remove(operation);
    else decideOperation(deps, operation, 'OPERATION_DROPPED', 'The agent never received it');
  }
  for (const update of reported) updateOperation(deps, agent, update);
}

/** A silent agent: what it was to do may or may not have been done (D-075). */
export function operationsUnreachable(deps: Deps, agent: Agent): void {
  for (const operation of deps.operations.ofAgent(agent.id)) {
    if (isOperationOver(operation.status.state)) continue;
    decideOperation(deps, operation, 'OPERATION_UNREACHABLE', `Agent ${agent.id} has not been heard from`);
  }
}

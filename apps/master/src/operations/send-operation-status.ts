import type { OperationId, Refusal } from '@holdfast/core/base';
import { isOperationOver, type OperationState, type OperationStatus } from '@holdfast/core/offers';
import type { Deps } from '../deps';
import { resourceFormOf, type Framework } from '../frameworks';
import type { TrackedOperation } from './operation-book';

/** Delivers a status to a framework; lost if it is not connected. */
export function sendOperationStatus(framework: Framework | undefined, status: OperationStatus): void {
  framework?.stream?.send({ type: 'UPDATE_OPERATION_STATUS', status, form: resourceFormOf(framework.info) });
}

/** A refused operation that has an id: told once, without uuid and without agent (D-080). */
export function sendOperationError(framework: Framework, operationId: OperationId, refusal: Refusal): void {
  sendOperationStatus(framework, { operationId, state: 'OPERATION_ERROR', message: refusal.message });
}

/** The master itself says what became of an operation: told once, without uuid; one that is over is forgotten with it. */
export function decideOperation(deps: Deps, operation: TrackedOperation, state: OperationState, message: string): void {
  const { operationId, agentId, frameworkId } = operation;
  operation.status = { operationId, state, message, agentId };
  operation.unacknowledged = undefined;
  if (isOperationOver(state)) deps.operations.remove(operation);
  sendOperationStatus(deps.frameworks.get(frameworkId), operation.status);
}

import type { OperationState, OperationStatus } from '@holdfast/core/offers';
import { OperationState as WireState, type OperationStatus as WireOperationStatus } from '../gen/holdfast/v1/operation_status';
import type { ResourceForm } from '../messages';
import { malformed, required } from './edge';
import { readId, readOptionalId, writeId, writeOptionalId } from './ids';
import { readResources, writeResources } from './resource';
import { readUuid } from './task-status';

function readState(state: WireState | undefined): OperationState {
  const known = required(state, 'state');
  return known === WireState.UNRECOGNIZED ? malformed('state', 'is not a known state of an operation') : known;
}

export function readOperationStatus(wire: WireOperationStatus): OperationStatus {
  const agentId = readOptionalId(wire.agentId, 'agent_id');
  return {
    operationId: readId(wire.operationId, 'operation_id'),
    state: readState(wire.state),
    ...(wire.message !== undefined && { message: wire.message }),
    ...(wire.convertedResources.length > 0 && { converted: readResources(wire.convertedResources, 'converted_resources') }),
    ...(wire.uuid !== undefined && { uuid: readUuid(wire.uuid.value, 'uuid.value') }),
    ...(agentId !== undefined && { agentId }),
  };
}

/** Without `form`: with all that the resources say, as our own processes speak. */
export const writeOperationStatus = (status: OperationStatus, form?: ResourceForm): WireOperationStatus => ({
  operationId: writeId(status.operationId),
  state: WireState[status.state],
  message: status.message,
  convertedResources: status.converted ? writeResources(status.converted, form) : [],
  uuid: status.uuid && { value: Buffer.from(status.uuid) },
  agentId: writeOptionalId(status.agentId),
});

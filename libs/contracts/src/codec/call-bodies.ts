import type { FrameworkId } from '@holdfast/core/base';
import type {
  Call_AcceptInverseOffers as WireInverseOffers,
  Call_Acknowledge as WireAcknowledge,
  Call_AcknowledgeOperationStatus as WireAcknowledgeOperation,
  Call_Decline as WireDecline,
  Call_Kill as WireKill,
  Call_Message as WireMessage,
  Call_Reconcile as WireReconcile,
  Call_Reconcile_Task as WireTask,
  Call_ReconcileOperations as WireReconcileOperations,
  Call_ReconcileOperations_Operation as WireOperation,
  Call_Revive as WireRoles,
  Call_Shutdown as WireShutdown,
} from '../gen/holdfast/v1/scheduler_call';
import type {
  AcknowledgeOperationRequest,
  AcknowledgeRequest,
  DeclineRequest,
  ExecutorRequest,
  InverseOffersRequest,
  KillRequest,
  ReconcileOperationsRequest,
  ReconcileRequest,
  RolesRequest,
  SendMessageRequest,
} from '../messages';
import { readEach, readOptional, required } from './edge';
import { readFilters, writeFilters } from './filters';
import { readId, readIdMessage, readOptionalId, writeId, writeOptionalId } from './ids';
import { readRole } from './role';
import { readKillGraceMs, writeKillPolicy } from './task';
import { readUuid } from './task-status';

/*
 * What a call says besides its framework. The typed requests of scheduler_service.proto have the same fields beside `framework_id`, hence
 * one reader and one writer for both.
 */

export const readDecline = (wire: WireDecline, frameworkId: FrameworkId): DeclineRequest => ({
  frameworkId,
  offerIds: readEach(wire.offerIds, 'offer_ids', readIdMessage),
  filters: readFilters(wire.filters),
});

export const writeDecline = ({ offerIds, filters }: DeclineRequest): WireDecline => ({
  offerIds: offerIds.map(writeId),
  filters: writeFilters(filters),
});

/** ACCEPT_INVERSE_OFFERS and DECLINE_INVERSE_OFFERS, which look alike. */
export const readInverseOffers = (wire: WireInverseOffers, frameworkId: FrameworkId): InverseOffersRequest => ({
  frameworkId,
  inverseOfferIds: readEach(wire.inverseOfferIds, 'inverse_offer_ids', readIdMessage),
  filters: readFilters(wire.filters),
});

export const writeInverseOffers = ({ inverseOfferIds, filters }: InverseOffersRequest): WireInverseOffers => ({
  inverseOfferIds: inverseOfferIds.map(writeId),
  filters: writeFilters(filters),
});

/** REVIVE and SUPPRESS, which look alike. */
export const readRoles = (wire: WireRoles, frameworkId: FrameworkId): RolesRequest => ({
  frameworkId,
  roles: readEach(wire.roles, 'roles', readRole),
});

export const writeRoles = ({ roles }: RolesRequest): WireRoles => ({ roles: [...roles] });

export function readKill(wire: WireKill, frameworkId: FrameworkId): KillRequest {
  const agentId = readOptionalId(wire.agentId, 'agent_id');
  const graceMs = readOptional(wire.killPolicy, 'kill_policy', readKillGraceMs);
  return {
    frameworkId,
    taskId: readId(wire.taskId, 'task_id'),
    ...(agentId !== undefined && { agentId }),
    ...(graceMs !== undefined && { graceMs }),
  };
}

export const writeKill = ({ taskId, agentId, graceMs }: KillRequest): WireKill => ({
  taskId: writeId(taskId),
  agentId: writeOptionalId(agentId),
  killPolicy: writeKillPolicy(graceMs),
});

export const readShutdown = (wire: WireShutdown, frameworkId: FrameworkId): ExecutorRequest => ({
  frameworkId,
  agentId: readId(wire.agentId, 'agent_id'),
  executorId: readId(wire.executorId, 'executor_id'),
});

export const writeShutdown = ({ agentId, executorId }: ExecutorRequest): WireShutdown => ({
  executorId: writeId(executorId),
  agentId: writeId(agentId),
});

export const readMessage = (wire: WireMessage, frameworkId: FrameworkId): SendMessageRequest => ({
  frameworkId,
  agentId: readId(wire.agentId, 'agent_id'),
  executorId: readId(wire.executorId, 'executor_id'),
  data: required(wire.data, 'data'),
});

export const writeMessage = ({ agentId, executorId, data }: SendMessageRequest): WireMessage => ({
  agentId: writeId(agentId),
  executorId: writeId(executorId),
  data: Buffer.from(data),
});

export const readAcknowledge = (wire: WireAcknowledge, frameworkId: FrameworkId): AcknowledgeRequest => ({
  frameworkId,
  agentId: readId(wire.agentId, 'agent_id'),
  taskId: readId(wire.taskId, 'task_id'),
  uuid: readUuid(wire.uuid, 'uuid'),
});

export const writeAcknowledge = ({ agentId, taskId, uuid }: AcknowledgeRequest): WireAcknowledge => ({
  agentId: writeId(agentId),
  taskId: writeId(taskId),
  uuid: Buffer.from(uuid),
});

/** The agent must be named (D-095). */
export const readAcknowledgeOperation = (
  wire: Pick<WireAcknowledgeOperation, 'agentId' | 'operationId' | 'uuid'>,
  frameworkId: FrameworkId,
): AcknowledgeOperationRequest => ({
  frameworkId,
  agentId: readId(wire.agentId, 'agent_id'),
  operationId: readId(wire.operationId, 'operation_id'),
  uuid: readUuid(wire.uuid, 'uuid'),
});

export const writeAcknowledgeOperation = ({ agentId, operationId, uuid }: AcknowledgeOperationRequest): WireAcknowledgeOperation => ({
  agentId: writeId(agentId),
  uuid: Buffer.from(uuid),
  operationId: writeId(operationId),
});

export const readReconcile = (wire: WireReconcile, frameworkId: FrameworkId): ReconcileRequest => ({
  frameworkId,
  tasks: readEach(wire.tasks, 'tasks', readTask),
});

function readTask(wire: WireTask): ReconcileRequest['tasks'][number] {
  const agentId = readOptionalId(wire.agentId, 'agent_id');
  return { taskId: readId(wire.taskId, 'task_id'), ...(agentId !== undefined && { agentId }) };
}

export const writeReconcile = ({ tasks }: ReconcileRequest): WireReconcile => ({
  tasks: tasks.map(({ taskId, agentId }) => ({ taskId: writeId(taskId), agentId: writeOptionalId(agentId) })),
});

export const readReconcileOperations = (wire: WireReconcileOperations, frameworkId: FrameworkId): ReconcileOperationsRequest => ({
  frameworkId,
  operations: readEach(wire.operations, 'operations', readOperation),
});

function readOperation(wire: WireOperation): ReconcileOperationsRequest['operations'][number] {
  const agentId = readOptionalId(wire.agentId, 'agent_id');
  return { operationId: readId(wire.operationId, 'operation_id'), ...(agentId !== undefined && { agentId }) };
}

export const writeReconcileOperations = ({ operations }: ReconcileOperationsRequest): WireReconcileOperations => ({
  operations: operations.map(({ operationId, agentId }) => ({ operationId: writeId(operationId), agentId: writeOptionalId(agentId) })),
});

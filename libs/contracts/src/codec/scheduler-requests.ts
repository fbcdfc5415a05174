import { refuse } from '@holdfast/core/base';
import type { Call_Reconcile_Task as WireReconcileTask } from '../gen/holdfast/v1/scheduler_call';
import {
  AcknowledgeRequest as WireAcknowledgeRequest,
  DeclineRequest as WireDeclineRequest,
  DeclineResponse as WireDeclineResponse,
  KillRequest as WireKillRequest,
  ReconcileRequest as WireReconcileRequest,
  ReviveRequest,
  ReviveResponse,
  SubscribeRequest as WireSubscribeRequest,
  TeardownRequest,
} from '../gen/holdfast/v1/scheduler_service';
import type {
  AcknowledgeRequest,
  DeclineRequest,
  DeclineResponse,
  Empty,
  FrameworkRequest,
  KillRequest,
  ReconcileRequest,
  RolesRequest,
  SubscribeRequest,
} from '../messages';
import { defineCodec, readEach, readOptional, readPart, refuseMessage } from './edge';
import { readFilters, writeFilters } from './filters';
import { readFrameworkInfo, writeFrameworkInfo } from './framework';
import { readId, readIdMessage, readOptionalId, writeId, writeOptionalId } from './ids';
import { readRole } from './role';
import { readKillGraceMs, writeKillPolicy } from './task';
import { readUuid } from './task-status';

function readSubscribeRequest(wire: WireSubscribeRequest): SubscribeRequest {
  const framework = readPart(wire.frameworkInfo, 'framework_info', readFrameworkInfo);
  if (wire.offerConstraints && Object.keys(wire.offerConstraints.roleConstraints).length > 0) {
    refuseMessage(refuse('framework_invalid', { problem: 'offer_constraints are not supported; leave them out and decline.' }));
  }
  const stray = wire.suppressedRoles.find((role) => !framework.roles.includes(role));
  if (stray !== undefined) {
    refuseMessage(refuse('framework_invalid', { problem: `suppressed_roles contains '${stray}', which is not a role of the framework.` }));
  }
  return { framework, suppressedRoles: wire.suppressedRoles };
}

/** Framework and its suppressed roles, which must be among its roles (C-056, C-078). */
export const subscribeRequestCodec = defineCodec(
  WireSubscribeRequest,
  ({ framework, suppressedRoles }: SubscribeRequest) => ({
    frameworkInfo: writeFrameworkInfo(framework),
    suppressedRoles: [...suppressedRoles],
  }),
  readSubscribeRequest,
);

export const declineRequestCodec = defineCodec(
  WireDeclineRequest,
  ({ frameworkId, offerIds, filters }: DeclineRequest) => ({
    frameworkId: writeId(frameworkId),
    offerIds: offerIds.map(writeId),
    filters: writeFilters(filters),
  }),
  (wire): DeclineRequest => ({
    frameworkId: readId(wire.frameworkId, 'framework_id'),
    offerIds: readEach(wire.offerIds, 'offer_ids', readIdMessage),
    filters: readFilters(wire.filters),
  }),
);

export const declineResponseCodec = defineCodec(
  WireDeclineResponse,
  ({ unknownOfferIds }: DeclineResponse) => ({ unknownOfferIds: unknownOfferIds.map(writeId) }),
  (wire): DeclineResponse => ({ unknownOfferIds: readEach(wire.unknownOfferIds, 'unknown_offer_ids', readIdMessage) }),
);

/** REVIVE and SUPPRESS, which look alike. */
export const rolesRequestCodec = defineCodec(
  ReviveRequest,
  ({ frameworkId, roles }: RolesRequest) => ({ frameworkId: writeId(frameworkId), roles: [...roles] }),
  (wire): RolesRequest => ({ frameworkId: readId(wire.frameworkId, 'framework_id'), roles: readEach(wire.roles, 'roles', readRole) }),
);

export const killRequestCodec = defineCodec(
  WireKillRequest,
  ({ frameworkId, taskId, agentId, graceMs }: KillRequest) => ({
    frameworkId: writeId(frameworkId),
    taskId: writeId(taskId),
    agentId: writeOptionalId(agentId),
    killPolicy: writeKillPolicy(graceMs),
  }),
  (wire): KillRequest => {
    const agentId = readOptionalId(wire.agentId, 'agent_id');
    const graceMs = readOptional(wire.killPolicy, 'kill_policy', readKillGraceMs);
    return {
      frameworkId: readId(wire.frameworkId, 'framework_id'),
      taskId: readId(wire.taskId, 'task_id'),
      ...(agentId !== undefined && { agentId }),
      ...(graceMs !== undefined && { graceMs }),
    };
  },
);

export const acknowledgeRequestCodec = defineCodec(
  WireAcknowledgeRequest,
  ({ frameworkId, agentId, taskId, uuid }: AcknowledgeRequest) => ({
    frameworkId: writeId(frameworkId),
    agentId: writeId(agentId),
    taskId: writeId(taskId),
    uuid: Buffer.from(uuid),
  }),
  (wire): AcknowledgeRequest => ({
    frameworkId: readId(wire.frameworkId, 'framework_id'),
    agentId: readId(wire.agentId, 'agent_id'),
    taskId: readId(wire.taskId, 'task_id'),
    uuid: readUuid(wire.uuid, 'uuid'),
  }),
);

function readReconcileTask(wire: WireReconcileTask): ReconcileRequest['tasks'][number] {
  const agentId = readOptionalId(wire.agentId, 'agent_id');
  return { taskId: readId(wire.taskId, 'task_id'), ...(agentId !== undefined && { agentId }) };
}

export const reconcileRequestCodec = defineCodec(
  WireReconcileRequest,
  ({ frameworkId, tasks }: ReconcileRequest) => ({
    frameworkId: writeId(frameworkId),
    tasks: tasks.map(({ taskId, agentId }) => ({ taskId: writeId(taskId), agentId: writeOptionalId(agentId) })),
  }),
  (wire): ReconcileRequest => ({
    frameworkId: readId(wire.frameworkId, 'framework_id'),
    tasks: readEach(wire.tasks, 'tasks', readReconcileTask),
  }),
);

export const frameworkRequestCodec = defineCodec(
  TeardownRequest,
  ({ frameworkId }: FrameworkRequest) => ({ frameworkId: writeId(frameworkId) }),
  (wire): FrameworkRequest => ({ frameworkId: readId(wire.frameworkId, 'framework_id') }),
);

/** All messages without fields look alike. */
export const emptyCodec = defineCodec(
  ReviveResponse,
  (_message: Empty) => ({}),
  (): Empty => ({}),
);

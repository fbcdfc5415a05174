import type { StatusReason, StatusSource, TaskStatus } from '@holdfast/core/tasks';
import { TaskStatus as WireTaskStatus, TaskStatus_Reason as WireReason, TaskStatus_Source as WireSource } from '../gen/holdfast/v1/task';
import { readCheckResult, writeCheckResult } from './check';
import { defineCodec, malformed, readOptional, required } from './edge';
import { readId, readOptionalId, writeId, writeOptionalId } from './ids';
import { readLabels, writeLabels } from './label';
import { readValidResources, writeResources } from './resource';
import { readTaskState, writeTaskState } from './task-state';
import { readSecondsMs, readTimeMs, writeTimeMs } from './time';

const UUID_BYTES = 16;

/** A reason without a row does not compile. Some only custom executors give. */
const REASONS: Readonly<Record<StatusReason, WireReason>> = {
  REASON_COMMAND_EXECUTOR_FAILED: WireReason.REASON_COMMAND_EXECUTOR_FAILED,
  REASON_CONTAINER_LAUNCH_FAILED: WireReason.REASON_CONTAINER_LAUNCH_FAILED,
  REASON_CONTAINER_LIMITATION: WireReason.REASON_CONTAINER_LIMITATION,
  REASON_CONTAINER_LIMITATION_DISK: WireReason.REASON_CONTAINER_LIMITATION_DISK,
  REASON_CONTAINER_LIMITATION_MEMORY: WireReason.REASON_CONTAINER_LIMITATION_MEMORY,
  REASON_CONTAINER_UPDATE_FAILED: WireReason.REASON_CONTAINER_UPDATE_FAILED,
  REASON_EXECUTOR_REGISTRATION_TIMEOUT: WireReason.REASON_EXECUTOR_REGISTRATION_TIMEOUT,
  REASON_EXECUTOR_REREGISTRATION_TIMEOUT: WireReason.REASON_EXECUTOR_REREGISTRATION_TIMEOUT,
  REASON_MAX_COMPLETION_TIME_REACHED: WireReason.REASON_MAX_COMPLETION_TIME_REACHED,
  REASON_TASK_CHECK_STATUS_UPDATED: WireReason.REASON_TASK_CHECK_STATUS_UPDATED,
  REASON_TASK_HEALTH_CHECK_STATUS_UPDATED: WireReason.REASON_TASK_HEALTH_CHECK_STATUS_UPDATED,
  REASON_EXECUTOR_TERMINATED: WireReason.REASON_EXECUTOR_TERMINATED,
  REASON_FRAMEWORK_REMOVED: WireReason.REASON_FRAMEWORK_REMOVED,
  REASON_INVALID_OFFERS: WireReason.REASON_INVALID_OFFERS,
  REASON_RECONCILIATION: WireReason.REASON_RECONCILIATION,
  REASON_RESOURCES_UNKNOWN: WireReason.REASON_RESOURCES_UNKNOWN,
  REASON_AGENT_DISCONNECTED: WireReason.REASON_AGENT_DISCONNECTED,
  REASON_AGENT_REMOVED: WireReason.REASON_AGENT_REMOVED,
  REASON_AGENT_REREGISTERED: WireReason.REASON_AGENT_REREGISTERED,
  REASON_AGENT_RESTARTED: WireReason.REASON_AGENT_RESTARTED,
  REASON_TASK_GROUP_INVALID: WireReason.REASON_TASK_GROUP_INVALID,
  REASON_TASK_GROUP_UNAUTHORIZED: WireReason.REASON_TASK_GROUP_UNAUTHORIZED,
  REASON_TASK_INVALID: WireReason.REASON_TASK_INVALID,
  REASON_TASK_KILLED_DURING_LAUNCH: WireReason.REASON_TASK_KILLED_DURING_LAUNCH,
  REASON_TASK_UNAUTHORIZED: WireReason.REASON_TASK_UNAUTHORIZED,
  REASON_TASK_UNKNOWN: WireReason.REASON_TASK_UNKNOWN,
  REASON_CONTAINER_PREEMPTED: WireReason.REASON_CONTAINER_PREEMPTED,
  REASON_EXECUTOR_UNREGISTERED: WireReason.REASON_EXECUTOR_UNREGISTERED,
  REASON_GC_ERROR: WireReason.REASON_GC_ERROR,
  REASON_INVALID_FRAMEWORKID: WireReason.REASON_INVALID_FRAMEWORKID,
  REASON_IO_SWITCHBOARD_EXITED: WireReason.REASON_IO_SWITCHBOARD_EXITED,
  REASON_MASTER_DISCONNECTED: WireReason.REASON_MASTER_DISCONNECTED,
  REASON_AGENT_DRAINING: WireReason.REASON_AGENT_DRAINING,
  REASON_AGENT_REMOVED_BY_OPERATOR: WireReason.REASON_AGENT_REMOVED_BY_OPERATOR,
  REASON_AGENT_UNKNOWN: WireReason.REASON_AGENT_UNKNOWN,
};

/** Whether it is one that this release knows. */
export const isStatusReason = (reason: string): reason is StatusReason => Object.hasOwn(REASONS, reason);

function readReason(reason: WireReason): StatusReason {
  return isStatusReason(reason) ? reason : malformed('reason', 'is not a known reason');
}

function readSource(source: WireSource): StatusSource {
  return source === WireSource.UNRECOGNIZED ? malformed('source', 'is not a known source') : source;
}

/** Sixteen bytes, as Mesos makes them. */
export function readUuid(uuid: Uint8Array | undefined, field: string): Uint8Array {
  const bytes = required(uuid, field);
  return bytes.length === UUID_BYTES ? bytes : malformed(field, `must have ${UUID_BYTES} bytes, not ${bytes.length}`);
}

export function readTaskStatus(wire: WireTaskStatus): TaskStatus {
  const agentId = readOptionalId(wire.agentId, 'agent_id');
  const executorId = readOptionalId(wire.executorId, 'executor_id');
  const checkResult = readOptional(wire.checkStatus, 'check_status', readCheckResult);
  const limitation = readOptional(wire.limitation, 'limitation', ({ resources }) => readValidResources(resources, 'resources'));
  const labels = readLabels(wire.labels, 'labels');
  return {
    taskId: readId(wire.taskId, 'task_id'),
    ...(agentId !== undefined && { agentId }),
    state: readTaskState(wire.state, 'state'),
    source: readSource(required(wire.source, 'source')),
    ...(wire.reason !== undefined && { reason: readReason(wire.reason) }),
    ...(wire.message !== undefined && { message: wire.message }),
    timestampMs: readSecondsMs(wire.timestamp, 'timestamp'),
    ...(wire.uuid !== undefined && { uuid: readUuid(wire.uuid, 'uuid') }),
    ...(executorId !== undefined && { executorId }),
    ...(wire.healthy !== undefined && { healthy: wire.healthy }),
    ...(checkResult !== undefined && { checkResult }),
    ...(limitation !== undefined && { limitation }),
    ...(wire.unreachableTime && { unreachableSinceMs: readTimeMs(wire.unreachableTime, 'unreachable_time') }),
    ...(wire.data !== undefined && { data: wire.data }),
    ...(labels.length > 0 && { labels }),
  };
}

export const writeTaskStatus = (status: TaskStatus): WireTaskStatus => ({
  taskId: writeId(status.taskId),
  agentId: writeOptionalId(status.agentId),
  executorId: writeOptionalId(status.executorId),
  state: writeTaskState(status.state),
  source: WireSource[status.source],
  reason: status.reason && REASONS[status.reason],
  message: status.message,
  timestamp: status.timestampMs / 1000,
  uuid: status.uuid && Buffer.from(status.uuid),
  healthy: status.healthy,
  checkStatus: status.checkResult && writeCheckResult(status.checkResult),
  limitation: status.limitation && { resources: writeResources(status.limitation) },
  unreachableTime: status.unreachableSinceMs === undefined ? undefined : writeTimeMs(status.unreachableSinceMs),
  data: status.data && Buffer.from(status.data),
  labels: writeLabels(status.labels),
});

/** A TaskStatus by itself: what an agent keeps until it is acknowledged. */
export const taskStatusCodec = defineCodec(WireTaskStatus, writeTaskStatus, readTaskStatus);

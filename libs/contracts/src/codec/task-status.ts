import type { StatusReason, StatusSource, TaskStatus } from '@holdfast/core/tasks';
import { TaskStatus as WireTaskStatus, TaskStatus_Reason as WireReason, TaskStatus_Source as WireSource } from '../gen/holdfast/v1/task';
import { defineCodec, malformed, required } from './edge';
import { readId, readOptionalId, writeId, writeOptionalId } from './ids';
import { readTaskState, writeTaskState } from './task-state';
import { readSecondsMs } from './time';

const UUID_BYTES = 16;

/** A reason without a row does not compile; one that is not here is none of ours. */
const REASONS: Readonly<Record<StatusReason, WireReason>> = {
  REASON_COMMAND_EXECUTOR_FAILED: WireReason.REASON_COMMAND_EXECUTOR_FAILED,
  REASON_CONTAINER_LAUNCH_FAILED: WireReason.REASON_CONTAINER_LAUNCH_FAILED,
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
};

const isOurs = (reason: string): reason is StatusReason => Object.hasOwn(REASONS, reason);

function readReason(reason: WireReason): StatusReason {
  return isOurs(reason) ? reason : malformed('reason', `${reason} is not a reason that Holdfast gives`);
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
});

/** A TaskStatus by itself: what an agent keeps until it is acknowledged. */
export const taskStatusCodec = defineCodec(WireTaskStatus, writeTaskStatus, readTaskStatus);

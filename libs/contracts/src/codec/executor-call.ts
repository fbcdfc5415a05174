import { refuse } from '@holdfast/core/base';
import { Call as WireCall, type Call_Update as WireUpdate, Call_Type as CallType } from '../gen/holdfast/executor/v1/executor';
import {
  TaskStatus_Reason as WireReason,
  TaskStatus_Source as WireSource,
  type TaskStatus as WireTaskStatus,
} from '../gen/holdfast/v1/task';
import type { ExecutorCall, ExecutorUpdate } from '../messages';
import { defineCodec, malformed, readEach, readPart, refuseMessage, required } from './edge';
import { readId, writeId } from './ids';
import { readTaskStatus, readUuid, writeTaskStatus } from './task-status';

/** Wire document, section 7.2: from an executor only, not back to the time before its launch, of itself, and to be acknowledged. */
function readStatus(wire: WireTaskStatus, executorId: string): ExecutorUpdate {
  const uuid = readUuid(wire.uuid, 'uuid');
  if (wire.source !== WireSource.SOURCE_EXECUTOR) malformed('source', 'must be SOURCE_EXECUTOR');
  // One that is news to us says nothing.
  const reason = wire.reason === WireReason.UNRECOGNIZED ? undefined : wire.reason;
  const { timestampMs, ...status } = readTaskStatus({ ...wire, reason, timestamp: wire.timestamp ?? 0 });
  if (status.state === 'TASK_STAGING') malformed('state', 'must not be TASK_STAGING, which is before an executor has the task');
  if (status.executorId !== undefined && status.executorId !== executorId) {
    malformed('executor_id', `must be that of the executor that sends it, ${executorId}`);
  }
  return { ...status, uuid, ...(wire.timestamp !== undefined && { timestampMs }) };
}

const readUpdate =
  (executorId: string) =>
  (wire: WireUpdate): ExecutorUpdate =>
    readPart(wire.status, 'status', (status) => readStatus(status, executorId));

function readExecutorCall(wire: WireCall): ExecutorCall {
  const executorId = readId(wire.executorId, 'executor_id');
  const head = { executorId, frameworkId: readId(wire.frameworkId, 'framework_id') };
  const type = required(wire.type, 'type');
  switch (type) {
    case CallType.SUBSCRIBE: {
      const { unacknowledgedTasks, unacknowledgedUpdates } = required(wire.subscribe, 'subscribe');
      return {
        ...head,
        type,
        unacknowledgedTasks: readEach(unacknowledgedTasks, 'subscribe.unacknowledged_tasks', ({ taskId }) => readId(taskId, 'task_id')),
        unacknowledgedUpdates: readEach(unacknowledgedUpdates, 'subscribe.unacknowledged_updates', readUpdate(executorId)),
      };
    }
    case CallType.UPDATE:
      return { ...head, type, status: readPart(wire.update, 'update', readUpdate(executorId)) };
    case CallType.MESSAGE:
      return { ...head, type, data: readPart(wire.message, 'message', ({ data }) => required(data, 'data')) };
    case CallType.HEARTBEAT:
      return { ...head, type };
    case CallType.UNKNOWN:
      return refuseMessage(refuse('operation_unsupported', { operation: 'The call UNKNOWN' }));
    default:
      return malformed('type', 'is required');
  }
}

const writeUpdate = (status: ExecutorUpdate): WireUpdate => {
  const { timestampMs, ...rest } = status;
  const wire = writeTaskStatus({ ...rest, timestampMs: timestampMs ?? 0 });
  return { status: timestampMs === undefined ? { ...wire, timestamp: undefined } : wire };
};

function writeExecutorCall(call: ExecutorCall): WireCall {
  const head = { executorId: writeId(call.executorId), frameworkId: writeId(call.frameworkId), type: CallType[call.type] };
  switch (call.type) {
    case 'SUBSCRIBE': {
      const { unacknowledgedTasks, unacknowledgedUpdates } = call;
      // Of a task only its id is said, which is all that anybody asks for; the rest is there because it must be.
      const tasks = unacknowledgedTasks.map((id) => ({
        name: id,
        taskId: writeId(id),
        agentId: writeId('unknown'),
        resources: [],
        limits: {},
      }));
      return { ...head, subscribe: { unacknowledgedTasks: tasks, unacknowledgedUpdates: unacknowledgedUpdates.map(writeUpdate) } };
    }
    case 'UPDATE':
      return { ...head, update: writeUpdate(call.status) };
    case 'MESSAGE':
      return { ...head, message: { data: Buffer.from(call.data) } };
    case 'HEARTBEAT':
      return head;
  }
}

export const executorCallCodec = defineCodec(WireCall, writeExecutorCall, readExecutorCall);

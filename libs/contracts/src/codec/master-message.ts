import { unreachable } from '@holdfast/core/base';
import {
  type AcknowledgeOperation,
  type AcknowledgeUpdate,
  type ApplyOperation,
  type GroupTask as WireGroupTask,
  type Inspect,
  type KillTask,
  LinkResponse as WireLinkResponse,
  type MasterMessage as WireMasterMessage,
  type Registered,
  type RegistrationRefused,
  type RunGroup,
  type RunTask,
  type ShutdownExecutor,
  type ShutdownFramework,
  type TaskGoneConfirmed,
} from '../gen/holdfast/internal/v1/agent_link';
import type { LinkResponse, MasterMessage } from '../messages';
import { defineCodec, readEach, readPart, required } from './edge';
import { readExecutorMessage, readExecutorRef, writeExecutorMessage, writeExecutorRef } from './executor-message';
import { readFrameworkInfo, writeFrameworkInfo } from './framework';
import { readId, readIdText, readOptionalId, writeId, writeOptionalId } from './ids';
import { readCount, writeCount } from './numbers';
import { readAgentOperation, writeAgentOperation } from './operation';
import { readRefusal, writeRefusal } from './refusal';
import { readTaskInfo, writeTaskInfo } from './task';
import { readTaskRef, writeTaskRef } from './task-ref';
import { readUuid } from './task-status';
import { readDurationMs, writeDurationMs } from './time';

type Message = WireMasterMessage['message'];
type MessageOf<K extends MasterMessage['kind']> = Extract<MasterMessage, { kind: K }>;

const readRegistered = (wire: Registered): MessageOf<'registered'> => ({
  kind: 'registered',
  agentId: readId(wire.agentId, 'agent_id'),
  pingIntervalMs: required(wire.pingIntervalMs, 'ping_interval_ms'),
  pingTimeoutMs: required(wire.pingTimeoutMs, 'ping_timeout_ms'),
});

const readRefused = (wire: RegistrationRefused): MessageOf<'registration_refused'> => ({
  kind: 'registration_refused',
  refusal: readPart(wire.refusal, 'refusal', readRefusal),
});

function readApply(wire: ApplyOperation): MessageOf<'apply_operation'> {
  const frameworkId = readOptionalId(wire.frameworkId, 'framework_id');
  return {
    kind: 'apply_operation',
    operationUuid: readIdText(wire.operationUuid, 'operation_uuid'),
    operation: readPart(wire.operation, 'operation', readAgentOperation),
    ...(frameworkId !== undefined && { frameworkId }),
    ledgerRevision: readCount(wire.ledgerRevision, 'ledger_revision'),
    ...(wire.traceParent !== undefined && { traceParent: wire.traceParent }),
  };
}

const writeApply = (message: MessageOf<'apply_operation'>): ApplyOperation => ({
  operationUuid: message.operationUuid,
  operation: writeAgentOperation(message.operation),
  frameworkId: writeOptionalId(message.frameworkId),
  traceParent: message.traceParent,
  ledgerRevision: writeCount(message.ledgerRevision),
});

const readRun = (wire: RunTask): MessageOf<'run_task'> => ({
  kind: 'run_task',
  framework: readPart(wire.frameworkInfo, 'framework_info', readFrameworkInfo),
  info: readPart(wire.taskInfo, 'task_info', readTaskInfo),
  launchId: readIdText(wire.launchId, 'launch_id'),
  ledgerRevision: readCount(wire.ledgerRevision, 'ledger_revision'),
  ...(wire.traceParent !== undefined && { traceParent: wire.traceParent }),
});

const writeRun = (message: MessageOf<'run_task'>): RunTask => ({
  frameworkInfo: writeFrameworkInfo(message.framework),
  taskInfo: Buffer.from(writeTaskInfo(message.info)),
  launchId: message.launchId,
  traceParent: message.traceParent,
  ledgerRevision: writeCount(message.ledgerRevision),
});

type GroupTask = MessageOf<'run_group'>['tasks'][number];

const readGroupTask = (wire: WireGroupTask): GroupTask => ({
  info: readPart(wire.taskInfo, 'task_info', readTaskInfo),
  launchId: readIdText(wire.launchId, 'launch_id'),
});

const readRunGroup = (wire: RunGroup): MessageOf<'run_group'> => ({
  kind: 'run_group',
  framework: readPart(wire.frameworkInfo, 'framework_info', readFrameworkInfo),
  tasks: readEach(wire.tasks, 'tasks', readGroupTask),
  ledgerRevision: readCount(wire.ledgerRevision, 'ledger_revision'),
  ...(wire.traceParent !== undefined && { traceParent: wire.traceParent }),
});

const writeRunGroup = (message: MessageOf<'run_group'>): RunGroup => ({
  frameworkInfo: writeFrameworkInfo(message.framework),
  tasks: message.tasks.map(({ info, launchId }) => ({ taskInfo: Buffer.from(writeTaskInfo(info)), launchId })),
  traceParent: message.traceParent,
  ledgerRevision: writeCount(message.ledgerRevision),
});

const readKill = (wire: KillTask): MessageOf<'kill_task'> => ({
  kind: 'kill_task',
  frameworkId: readId(wire.frameworkId, 'framework_id'),
  taskId: readId(wire.taskId, 'task_id'),
  ...(wire.gracePeriod !== undefined && { graceMs: readDurationMs(wire.gracePeriod, 'grace_period') }),
});

const writeKill = ({ frameworkId, taskId, graceMs }: MessageOf<'kill_task'>): KillTask => ({
  frameworkId: writeId(frameworkId),
  taskId: writeId(taskId),
  gracePeriod: graceMs === undefined ? undefined : writeDurationMs(graceMs),
});

const readAcknowledge = (wire: AcknowledgeUpdate): MessageOf<'acknowledge_update'> => ({
  kind: 'acknowledge_update',
  frameworkId: readId(wire.frameworkId, 'framework_id'),
  taskId: readId(wire.taskId, 'task_id'),
  uuid: readUuid(wire.uuid, 'uuid'),
});

const writeAcknowledge = ({ frameworkId, taskId, uuid }: MessageOf<'acknowledge_update'>): AcknowledgeUpdate => ({
  frameworkId: writeId(frameworkId),
  taskId: writeId(taskId),
  uuid: Buffer.from(uuid),
});

const readAcknowledgeOperation = (wire: AcknowledgeOperation): MessageOf<'acknowledge_operation'> => ({
  kind: 'acknowledge_operation',
  frameworkId: readId(wire.frameworkId, 'framework_id'),
  operationId: readId(wire.operationId, 'operation_id'),
  uuid: readUuid(wire.uuid, 'uuid'),
});

const writeAcknowledgeOperation = (message: MessageOf<'acknowledge_operation'>): AcknowledgeOperation => ({
  frameworkId: writeId(message.frameworkId),
  operationId: writeId(message.operationId),
  uuid: Buffer.from(message.uuid),
});

const readShutdownExecutor = (wire: ShutdownExecutor): MessageOf<'shutdown_executor'> => ({
  kind: 'shutdown_executor',
  ...readExecutorRef(wire),
});

const readShutdown = (wire: ShutdownFramework): MessageOf<'shutdown_framework'> => ({
  kind: 'shutdown_framework',
  frameworkId: readId(wire.frameworkId, 'framework_id'),
});

const readConfirmed = (wire: TaskGoneConfirmed): MessageOf<'task_gone_confirmed'> => ({
  kind: 'task_gone_confirmed',
  ...readTaskRef(wire),
});

const readInspect = (wire: Inspect): MessageOf<'inspect'> => ({ kind: 'inspect', requestId: readIdText(wire.requestId, 'request_id') });

function readMasterMessage(wire: WireMasterMessage): MasterMessage {
  const message = required(wire.message, 'message');
  switch (message.$case) {
    case 'registered':
      return readPart(message.value, 'registered', readRegistered);
    case 'registrationRefused':
      return readPart(message.value, 'registration_refused', readRefused);
    case 'applyOperation':
      return readPart(message.value, 'apply_operation', readApply);
    case 'runTask':
      return readPart(message.value, 'run_task', readRun);
    case 'runGroup':
      return readPart(message.value, 'run_group', readRunGroup);
    case 'acknowledgeOperation':
      return readPart(message.value, 'acknowledge_operation', readAcknowledgeOperation);
    case 'shutdownExecutor':
      return readPart(message.value, 'shutdown_executor', readShutdownExecutor);
    case 'killTask':
      return readPart(message.value, 'kill_task', readKill);
    case 'acknowledgeUpdate':
      return readPart(message.value, 'acknowledge_update', readAcknowledge);
    case 'shutdownFramework':
      return readPart(message.value, 'shutdown_framework', readShutdown);
    case 'executorMessage':
      return { kind: 'executor_message', ...readPart(message.value, 'executor_message', readExecutorMessage) };
    case 'executorGoneConfirmed':
      return { kind: 'executor_gone_confirmed', ...readPart(message.value, 'executor_gone_confirmed', readExecutorRef) };
    case 'inspect':
      return readPart(message.value, 'inspect', readInspect);
    case 'ping':
      return { kind: 'ping' };
    case 'taskGoneConfirmed':
      return readPart(message.value, 'task_gone_confirmed', readConfirmed);
    default:
      return unreachable(message);
  }
}

function writeMessage(message: MasterMessage): NonNullable<Message> {
  switch (message.kind) {
    case 'registered': {
      const { agentId, pingIntervalMs, pingTimeoutMs } = message;
      return { $case: 'registered', value: { agentId: writeId(agentId), pingIntervalMs, pingTimeoutMs } };
    }
    case 'registration_refused':
      return { $case: 'registrationRefused', value: { refusal: writeRefusal(message.refusal) } };
    case 'apply_operation':
      return { $case: 'applyOperation', value: writeApply(message) };
    case 'run_task':
      return { $case: 'runTask', value: writeRun(message) };
    case 'run_group':
      return { $case: 'runGroup', value: writeRunGroup(message) };
    case 'acknowledge_operation':
      return { $case: 'acknowledgeOperation', value: writeAcknowledgeOperation(message) };
    case 'shutdown_executor':
      return { $case: 'shutdownExecutor', value: writeExecutorRef(message) };
    case 'kill_task':
      return { $case: 'killTask', value: writeKill(message) };
    case 'acknowledge_update':
      return { $case: 'acknowledgeUpdate', value: writeAcknowledge(message) };
    case 'shutdown_framework':
      return { $case: 'shutdownFramework', value: { frameworkId: writeId(message.frameworkId) } };
    case 'executor_message':
      return { $case: 'executorMessage', value: writeExecutorMessage(message) };
    case 'executor_gone_confirmed':
      return { $case: 'executorGoneConfirmed', value: writeExecutorRef(message) };
    case 'inspect':
      return { $case: 'inspect', value: { requestId: message.requestId } };
    case 'ping':
      return { $case: 'ping', value: {} };
    case 'task_gone_confirmed':
      return { $case: 'taskGoneConfirmed', value: writeTaskRef(message) };
    default:
      return unreachable(message);
  }
}

export const linkResponseCodec = defineCodec(
  WireLinkResponse,
  ({ epoch, messages }: LinkResponse) => ({
    epoch: writeCount(epoch),
    messages: messages.map((message) => ({ message: writeMessage(message) })),
  }),
  (wire): LinkResponse => ({ epoch: readCount(wire.epoch, 'epoch'), messages: readEach(wire.messages, 'messages', readMasterMessage) }),
);

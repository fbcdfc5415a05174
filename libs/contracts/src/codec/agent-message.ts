import { unreachable } from '@holdfast/core/base';
import {
  type AgentMessage as WireAgentMessage,
  type Inspection as WireInspection,
  LinkRequest as WireLinkRequest,
  type OperationOutcome,
  type OperationUpdate as WireOperationUpdate,
  type Register,
  type ReportedTask as WireReportedTask,
  type TaskGone,
  type TaskUpdate,
} from '../gen/holdfast/internal/v1/agent_link';
import type { AgentMessage, LinkRequest, OperationUpdate, ReportedTask } from '../messages';
import { readAgentInfo, writeAgentInfo } from './agent';
import { defineCodec, malformed, readEach, readOptional, readPart, required } from './edge';
import {
  readExecutorGone,
  readExecutorMessage,
  readReportedExecutor,
  writeExecutorGone,
  writeExecutorMessage,
  writeReportedExecutor,
} from './executor-message';
import { readFrameworkInfo, writeFrameworkInfo } from './framework';
import { readId, readIdText, writeId } from './ids';
import { readInspection, writeInspection } from './inspection';
import { readCount, writeCount } from './numbers';
import { readOperationStatus, writeOperationStatus } from './operation-status';
import { readRefusal, writeRefusal } from './refusal';
import { readValidResources, writeCopies } from './resource';
import { readTaskInfo, writeTaskInfo } from './task';
import { readTaskRef, writeTaskRef } from './task-ref';
import { readTaskState, writeTaskState } from './task-state';
import { readTaskStatus, writeTaskStatus } from './task-status';

type Message = WireAgentMessage['message'];
type MessageOf<K extends AgentMessage['kind']> = Extract<AgentMessage, { kind: K }>;

const readReportedTask = (wire: WireReportedTask): ReportedTask => ({
  framework: readPart(wire.frameworkInfo, 'framework_info', readFrameworkInfo),
  info: readPart(wire.taskInfo, 'task_info', readTaskInfo),
  launchId: readIdText(wire.launchId, 'launch_id'),
  state: readTaskState(wire.state, 'state'),
  ...(wire.holding !== undefined && { isHolding: wire.holding }),
});

const writeReportedTask = ({ framework, info, launchId, state, isHolding }: ReportedTask): WireReportedTask => ({
  frameworkInfo: writeFrameworkInfo(framework),
  taskInfo: Buffer.from(writeTaskInfo(info)),
  launchId,
  state: writeTaskState(state),
  holding: isHolding,
});

function readOperationUpdate(wire: WireOperationUpdate): OperationUpdate {
  const status = readPart(wire.status, 'status', readOperationStatus);
  if (status.uuid === undefined) malformed('status.uuid', 'is required');
  return { frameworkId: readId(wire.frameworkId, 'framework_id'), status };
}

const writeOperationUpdate = ({ frameworkId, status }: OperationUpdate): WireOperationUpdate => ({
  frameworkId: writeId(frameworkId),
  status: writeOperationStatus(status),
});

const readRegister = (wire: Register): MessageOf<'register'> => ({
  kind: 'register',
  agent: readPart(wire.agentInfo, 'agent_info', readAgentInfo),
  storeId: readIdText(wire.storeId, 'store_id'),
  configured: readValidResources(wire.configuredResources, 'configured_resources'),
  checkpointed: readValidResources(wire.checkpointedResources, 'checkpointed_resources'),
  tasks: readEach(wire.tasks, 'tasks', readReportedTask),
  operations: readEach(wire.operations, 'operations', readOperationUpdate),
  executors: readEach(wire.executors, 'executors', readReportedExecutor),
  highestEpoch: readCount(wire.highestEpoch, 'highest_epoch'),
  ledgerRevision: readCount(wire.ledgerRevision, 'ledger_revision'),
  bootId: required(wire.bootId, 'boot_id'),
  version: required(wire.version, 'version'),
});

const writeRegister = (message: MessageOf<'register'>): Register => ({
  agentInfo: writeAgentInfo(message.agent),
  storeId: message.storeId,
  configuredResources: writeCopies(message.configured),
  checkpointedResources: writeCopies(message.checkpointed),
  tasks: message.tasks.map(writeReportedTask),
  operations: message.operations.map(writeOperationUpdate),
  executors: message.executors.map(writeReportedExecutor),
  highestEpoch: writeCount(message.highestEpoch),
  bootId: message.bootId,
  version: message.version,
  ledgerRevision: writeCount(message.ledgerRevision),
});

function readOutcome(wire: OperationOutcome): MessageOf<'operation_outcome'> {
  const refusal = readOptional(wire.refusal, 'refusal', readRefusal);
  return { kind: 'operation_outcome', operationUuid: readIdText(wire.operationUuid, 'operation_uuid'), ...(refusal && { refusal }) };
}

const readUpdate = (wire: TaskUpdate): MessageOf<'task_update'> => ({
  kind: 'task_update',
  frameworkId: readId(wire.frameworkId, 'framework_id'),
  launchId: readIdText(wire.launchId, 'launch_id'),
  status: readPart(wire.status, 'status', readTaskStatus),
  latestState: readTaskState(wire.latestState, 'latest_state'),
});

const writeUpdate = ({ frameworkId, launchId, status, latestState }: MessageOf<'task_update'>): TaskUpdate => ({
  frameworkId: writeId(frameworkId),
  status: writeTaskStatus(status),
  launchId,
  latestState: writeTaskState(latestState),
});

const readGone = (wire: TaskGone): MessageOf<'task_gone'> => ({
  kind: 'task_gone',
  ...readTaskRef(wire),
  cause: required(wire.cause, 'cause'),
});

const readInspected = (wire: WireInspection): MessageOf<'inspection'> => ({
  kind: 'inspection',
  requestId: readIdText(wire.requestId, 'request_id'),
  inspection: readInspection(wire),
});

function readAgentMessage(wire: WireAgentMessage): AgentMessage {
  const message = required(wire.message, 'message');
  switch (message.$case) {
    case 'register':
      return readPart(message.value, 'register', readRegister);
    case 'operationOutcome':
      return readPart(message.value, 'operation_outcome', readOutcome);
    case 'operationUpdate':
      return { kind: 'operation_update', ...readPart(message.value, 'operation_update', readOperationUpdate) };
    case 'taskUpdate':
      return readPart(message.value, 'task_update', readUpdate);
    case 'taskGone':
      return readPart(message.value, 'task_gone', readGone);
    case 'executorMessage':
      return { kind: 'executor_message', ...readPart(message.value, 'executor_message', readExecutorMessage) };
    case 'executorGone':
      return { kind: 'executor_gone', ...readPart(message.value, 'executor_gone', readExecutorGone) };
    case 'inspection':
      return readPart(message.value, 'inspection', readInspected);
    case 'pong':
      return { kind: 'pong' };
    default:
      return unreachable(message);
  }
}

function writeMessage(message: AgentMessage): NonNullable<Message> {
  switch (message.kind) {
    case 'register':
      return { $case: 'register', value: writeRegister(message) };
    case 'operation_outcome':
      return {
        $case: 'operationOutcome',
        value: { operationUuid: message.operationUuid, refusal: message.refusal && writeRefusal(message.refusal) },
      };
    case 'operation_update':
      return { $case: 'operationUpdate', value: writeOperationUpdate(message) };
    case 'task_update':
      return { $case: 'taskUpdate', value: writeUpdate(message) };
    case 'task_gone':
      return { $case: 'taskGone', value: { cause: message.cause, ...writeTaskRef(message) } };
    case 'executor_message':
      return { $case: 'executorMessage', value: writeExecutorMessage(message) };
    case 'executor_gone':
      return { $case: 'executorGone', value: writeExecutorGone(message) };
    case 'inspection':
      return { $case: 'inspection', value: { requestId: message.requestId, ...writeInspection(message.inspection) } };
    case 'pong':
      return { $case: 'pong', value: {} };
    default:
      return unreachable(message);
  }
}

export const linkRequestCodec = defineCodec(
  WireLinkRequest,
  ({ messages }: LinkRequest) => ({ messages: messages.map((message) => ({ message: writeMessage(message) })) }),
  (wire): LinkRequest => ({ messages: readEach(wire.messages, 'messages', readAgentMessage) }),
);

import type { OperationResult, TaskResult } from '@holdfast/core/offers';
import { Offer_Operation_Type as OperationType } from '../gen/holdfast/v1/offer';
import type { OperationResult as WireOperationResult, TaskResult as WireTaskResult } from '../gen/holdfast/v1/operation_result';
import { malformed, readEach, readOptional, required } from './edge';
import { readHolder, writeHolder } from './holder';
import { writeId } from './ids';
import { writeOperationType } from './operation';
import { readRefusal, writeRefusal } from './refusal';

function readTaskResult(wire: WireTaskResult): TaskResult {
  const refusal = readOptional(wire.refusal, 'refusal', readRefusal);
  // A task that was refused for its id is answered under that id, hence no check.
  return { taskId: required(wire.taskId?.value, 'task_id.value'), ...(refusal && { refusal }) };
}

const writeTaskResult = ({ taskId, refusal }: TaskResult): WireTaskResult => ({
  taskId: writeId(taskId),
  refusal: refusal && writeRefusal(refusal),
});

export function readOperationResult(wire: WireOperationResult): OperationResult {
  const type = required(wire.type, 'type');
  if (type === OperationType.UNRECOGNIZED) malformed('type', 'is not a known type of operation');
  const refusal = readOptional(wire.refusal, 'refusal', readRefusal);
  return {
    type,
    ...(refusal && { refusal }),
    ...(wire.waitsFor.length > 0 && { waitsFor: readEach(wire.waitsFor, 'waits_for', readHolder) }),
    tasks: readEach(wire.tasks, 'tasks', readTaskResult),
  };
}

export const writeOperationResult = ({ type, refusal, waitsFor = [], tasks }: OperationResult): WireOperationResult => ({
  type: writeOperationType(type),
  refusal: refusal && writeRefusal(refusal),
  tasks: tasks.map(writeTaskResult),
  waitsFor: waitsFor.map(writeHolder),
});

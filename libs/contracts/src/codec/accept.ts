import type { OperationResult, TaskResult } from '@holdfast/core/offers';
import { FrameworkID, OfferID } from '../gen/holdfast/v1/ids';
import { Offer_Operation_Type as OperationType } from '../gen/holdfast/v1/offer';
import { Filters as WireFilters } from '../gen/holdfast/v1/quantity';
import {
  AcceptRequest as WireAcceptRequest,
  AcceptResponse as WireAcceptResponse,
  type OperationResult as WireOperationResult,
  type TaskResult as WireTaskResult,
} from '../gen/holdfast/v1/scheduler_service';
import type { AcceptRequest, AcceptResponse } from '../messages';
import { codecOf, defineCodec, malformed, readBytes, readEach, readOptional, readPart, required, writeBytes } from './edge';
import { readFilters, writeFilters } from './filters';
import { Frame } from './frame';
import { readIdMessage, writeId } from './ids';
import { readOperation, writeOperation, writeOperationType } from './operation';
import { readRefusal, writeRefusal } from './refusal';

/** Field numbers of AcceptRequest in scheduler_service.proto: its operations are read one by one. */
const ACCEPT = { frameworkId: 1, offerIds: 2, operations: 3, filters: 4 } as const;

function readAcceptRequest(bytes: Uint8Array): AcceptRequest {
  const frame = new Frame(bytes);
  if (frame.problem !== undefined) malformed('', frame.problem);
  return {
    frameworkId: readPart(frame.part(ACCEPT.frameworkId), 'framework_id', (id) => readIdMessage(readBytes(FrameworkID, id))),
    offerIds: readEach(frame.all(ACCEPT.offerIds), 'offer_ids', (id) => readIdMessage(readBytes(OfferID, id))),
    operations: frame.all(ACCEPT.operations).map((operation, at) => readOperation(operation, `operations[${at}]`)),
    filters: readFilters(readOptional(frame.part(ACCEPT.filters), 'filters', (filters) => readBytes(WireFilters, filters))),
  };
}

/** A part that cannot be read is refused alone (B-074, B-076). */
export const acceptRequestCodec = codecOf(
  (request: AcceptRequest) =>
    writeBytes(WireAcceptRequest, {
      frameworkId: writeId(request.frameworkId),
      offerIds: request.offerIds.map(writeId),
      operations: request.operations.map(writeOperation),
      filters: writeFilters(request.filters),
    }),
  readAcceptRequest,
);

function readTaskResult(wire: WireTaskResult): TaskResult {
  const refusal = readOptional(wire.refusal, 'refusal', readRefusal);
  // A task that was refused for its id is answered under that id, hence no check.
  return { taskId: required(wire.taskId?.value, 'task_id.value'), ...(refusal && { refusal }) };
}

const writeTaskResult = ({ taskId, refusal }: TaskResult): WireTaskResult => ({
  taskId: writeId(taskId),
  refusal: refusal && writeRefusal(refusal),
});

function readOperationResult(wire: WireOperationResult): OperationResult {
  const type = required(wire.type, 'type');
  if (type === OperationType.UNRECOGNIZED) malformed('type', 'is not a known type of operation');
  const refusal = readOptional(wire.refusal, 'refusal', readRefusal);
  return { type, ...(refusal && { refusal }), tasks: readEach(wire.tasks, 'tasks', readTaskResult) };
}

const writeOperationResult = ({ type, refusal, tasks }: OperationResult): WireOperationResult => ({
  type: writeOperationType(type),
  refusal: refusal && writeRefusal(refusal),
  tasks: tasks.map(writeTaskResult),
});

export const acceptResponseCodec = defineCodec(
  WireAcceptResponse,
  ({ results }: AcceptResponse) => ({ results: results.map(writeOperationResult) }),
  (wire): AcceptResponse => ({ results: readEach(wire.results, 'results', readOperationResult) }),
);

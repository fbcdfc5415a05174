import type { FrameworkId } from '@holdfast/core/base';
import { FrameworkID, OfferID } from '../gen/holdfast/v1/ids';
import { Filters as WireFilters } from '../gen/holdfast/v1/quantity';
import type { Call_Accept as WireAccept } from '../gen/holdfast/v1/scheduler_call';
import { AcceptRequest as WireAcceptRequest, AcceptResponse as WireAcceptResponse } from '../gen/holdfast/v1/scheduler_service';
import type { AcceptRequest, AcceptResponse } from '../messages';
import { codecOf, defineCodec, malformed, readBytes, readEach, readOptional, readPart, writeBytes } from './edge';
import { readFilters, writeFilters } from './filters';
import { Frame } from './frame';
import { readIdMessage, writeId } from './ids';
import { readOperation, writeOperation } from './operation';
import { readOperationResult, writeOperationResult } from './operation-result';
import { TaskBudget } from './task-budget';

/** Field numbers of AcceptRequest in scheduler_service.proto, and of Call.Accept in scheduler_call.proto. */
const REQUEST = { frameworkId: 1, offerIds: 2, operations: 3, filters: 4 } as const;
const CALL = { offerIds: 1, operations: 2, filters: 3 } as const;

type Numbers = { readonly [K in keyof typeof CALL]: number };

/** Operations are read one by one: a part that cannot be read is refused alone (B-074, B-076). `within` is the path of the frame. */
function readAccept(frame: Frame, numbers: Numbers, within: string, frameworkId: FrameworkId): AcceptRequest {
  if (frame.problem !== undefined) malformed('', frame.problem);
  const budget = new TaskBudget();
  return {
    frameworkId,
    offerIds: readEach(frame.all(numbers.offerIds), 'offer_ids', (id) => readIdMessage(readBytes(OfferID, id))),
    operations: frame.all(numbers.operations).map((operation, at) => readOperation(operation, `${within}operations[${at}]`, budget)),
    filters: readFilters(readOptional(frame.part(numbers.filters), 'filters', (filters) => readBytes(WireFilters, filters))),
  };
}

function readAcceptRequest(bytes: Uint8Array): AcceptRequest {
  const frame = new Frame(bytes);
  if (frame.problem !== undefined) malformed('', frame.problem);
  const frameworkId = readPart(frame.part(REQUEST.frameworkId), 'framework_id', (id) => readIdMessage(readBytes(FrameworkID, id)));
  return readAccept(frame, REQUEST, '', frameworkId);
}

/** The `accept` of a Call. */
export const readCallAccept = (bytes: Uint8Array, frameworkId: FrameworkId): AcceptRequest =>
  readAccept(new Frame(bytes), CALL, 'accept.', frameworkId);

export const writeCallAccept = ({ offerIds, operations, filters }: AcceptRequest): WireAccept => ({
  offerIds: offerIds.map(writeId),
  operations: operations.map(writeOperation),
  filters: writeFilters(filters),
});

export const acceptRequestCodec = codecOf(
  (request: AcceptRequest) => writeBytes(WireAcceptRequest, { frameworkId: writeId(request.frameworkId), ...writeCallAccept(request) }),
  readAcceptRequest,
);

export const acceptResponseCodec = defineCodec(
  WireAcceptResponse,
  ({ results }: AcceptResponse) => ({ results: results.map(writeOperationResult) }),
  (wire): AcceptResponse => ({ results: readEach(wire.results, 'results', readOperationResult) }),
);

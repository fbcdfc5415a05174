import { type OperationId, type Refusal, type TaskId, refuse, unreachable } from '@holdfast/core/base';
import type { Operation, ResourceOperationType } from '@holdfast/core/offers';
import type { Resource } from '@holdfast/core/resources';
import { OperationID } from '../gen/holdfast/v1/ids';
import {
  Offer_Operation as WireOperation,
  Offer_Operation_Type as OperationType,
  offer_Operation_TypeFromJSON as operationTypeOf,
} from '../gen/holdfast/v1/offer';
import { attempt, malformed, readBytes, readEach, readPart, refuseMessage, required } from './edge';
import { Frame } from './frame';
import { readIdMessage, readOptionalId, writeOptionalId } from './ids';
import { readValidResource, writeResource } from './resource';
import { namedTaskMessage, readNamedTasks, readTaskRequests, writeTaskRequest } from './task-request';

/** Field numbers of Offer.Operation and what stands in it, in offer.proto: for opening it frame by frame. */
const OPERATION = { type: 1, launch: 2, launchGroup: 7, id: 12 } as const;
const LAUNCH = { taskInfos: 1 } as const;
const LAUNCH_GROUP = { taskGroup: 2 } as const;

export type ResourceOperation = Extract<Operation, { type: ResourceOperationType }>;

/**
 * One line of an ACCEPT. Whatever is wrong with it stays within it: it becomes MALFORMED, with the tasks that it names, so that each of them
 * can be answered (B-076). `path` is where it stands, e.g. `operations[1]`.
 */
export function readOperation(bytes: Uint8Array, path: string): Operation {
  const frame = new Frame(bytes);
  const type = operationTypeOf(frame.number(OPERATION.type) ?? 0);
  const id = attempt(readOperationId, frame.part(OPERATION.id));
  const tasks = taskList(frame, type);
  const operation = attempt((whole) => readPart(whole, path, () => readWhole(whole, frame, type, tasks, path)), bytes);
  if (operation.ok) return operation.value;
  return malformedOperation(
    type,
    operation.refusal,
    id.ok ? id.value : undefined,
    tasks ? readNamedTasks(tasks.all(LAUNCH.taskInfos)) : [],
  );
}

function readWhole(bytes: Uint8Array, frame: Frame, type: OperationType, tasks: Frame | undefined, path: string): Operation {
  if (frame.problem !== undefined) malformed('', frame.problem);
  if (type !== OperationType.LAUNCH) return readResourceOperation(readBytes(WireOperation, bytes));
  const launch = required(tasks, 'launch');
  if (launch.problem !== undefined) malformed('launch', launch.problem);
  const id = readOperationId(frame.part(OPERATION.id));
  return {
    type: 'LAUNCH',
    ...(id !== undefined && { id }),
    tasks: readTaskRequests(launch.all(LAUNCH.taskInfos), `${path}.launch.task_infos`),
  };
}

const readOperationId = (part: Uint8Array | undefined): OperationId | undefined =>
  part === undefined ? undefined : readPart(part, 'id', (bytes) => readIdMessage(readBytes(OperationID, bytes)));

/** Of a LAUNCH, or of the group of a LAUNCH_GROUP; the two look alike. */
function taskList(frame: Frame, type: OperationType): Frame | undefined {
  const isGroup = type === OperationType.LAUNCH_GROUP;
  const launch = frame.part(isGroup ? OPERATION.launchGroup : OPERATION.launch);
  const list = launch && isGroup ? new Frame(launch).part(LAUNCH_GROUP.taskGroup) : launch;
  return list && new Frame(list);
}

const malformedOperation = (type: OperationType, refusal: Refusal, id: OperationId | undefined, taskIds: readonly TaskId[]): Operation => ({
  type: 'MALFORMED',
  ...(id !== undefined && { id }),
  declaredType: type === OperationType.UNRECOGNIZED ? OperationType.UNKNOWN : type,
  refusal,
  taskIds,
});

/** RESERVE, UNRESERVE, CREATE or DESTROY. */
export function readResourceOperation(wire: WireOperation): ResourceOperation {
  const id = readOptionalId(wire.id, 'id');
  const operation = (type: ResourceOperationType, resources: readonly Resource[]): ResourceOperation => ({
    type,
    ...(id !== undefined && { id }),
    resources,
  });
  switch (wire.type) {
    case OperationType.RESERVE:
      if (wire.reserve && wire.reserve.source.length > 0) refuseUnsupported('RESERVE with a source (B-026)');
      return operation('RESERVE', readEach(required(wire.reserve, 'reserve').resources, 'reserve.resources', readValidResource));
    case OperationType.UNRESERVE:
      return operation('UNRESERVE', readEach(required(wire.unreserve, 'unreserve').resources, 'unreserve.resources', readValidResource));
    case OperationType.CREATE:
      return operation('CREATE', readEach(required(wire.create, 'create').volumes, 'create.volumes', readValidResource));
    case OperationType.DESTROY:
      return operation('DESTROY', readEach(required(wire.destroy, 'destroy').volumes, 'destroy.volumes', readValidResource));
    default:
      return refuseUnsupported(wire.type === undefined ? 'An operation without a type' : `The operation ${wire.type}`);
  }
}

const refuseUnsupported = (operation: string): never => refuseMessage(refuse('operation_unsupported', { operation }));

export function writeOperation(operation: Operation): WireOperation {
  const id = writeOptionalId(operation.id);
  switch (operation.type) {
    case 'RESERVE':
      return { type: OperationType.RESERVE, id, reserve: { source: [], resources: writeList(operation.resources) } };
    case 'UNRESERVE':
      return { type: OperationType.UNRESERVE, id, unreserve: { resources: writeList(operation.resources) } };
    case 'CREATE':
      return { type: OperationType.CREATE, id, create: { volumes: writeList(operation.resources) } };
    case 'DESTROY':
      return { type: OperationType.DESTROY, id, destroy: { volumes: writeList(operation.resources) } };
    case 'LAUNCH':
      return { type: OperationType.LAUNCH, id, launch: { taskInfos: operation.tasks.map(writeTaskRequest) } };
    case 'MALFORMED':
      // What made it so is gone; who reads this refuses it again.
      return { type: writeOperationType(operation.declaredType), id, launch: { taskInfos: operation.taskIds.map(namedTaskMessage) } };
    default:
      return unreachable(operation);
  }
}

const writeList = (resources: readonly Resource[]) => resources.map((resource) => writeResource(resource));

/** A word that is no type of operation becomes UNKNOWN. */
export function writeOperationType(type: string): OperationType {
  const known = operationTypeOf(type);
  return known === OperationType.UNRECOGNIZED ? OperationType.UNKNOWN : known;
}

import { type OperationId, type Refusal, type TaskId, refuse, unreachable } from '@holdfast/core/base';
import type {
  LaunchGroupOperation,
  MalformedOperation,
  Operation,
  ResizeOperation,
  ResourceOperation,
  ResourceOperationType,
} from '@holdfast/core/offers';
import { type Resource, toPlainDisk } from '@holdfast/core/resources';
import { OperationID } from '../gen/holdfast/v1/ids';
import {
  Offer_Operation as WireOperation,
  type Offer_Operation_GrowVolume as WireGrow,
  type Offer_Operation_ShrinkVolume as WireShrink,
  Offer_Operation_Type as OperationType,
  offer_Operation_TypeFromJSON as operationTypeOf,
} from '../gen/holdfast/v1/offer';
import { readWhenUnused, writeWhenUnused } from './drain';
import { attempt, malformed, readBytes, readEach, readOptional, readPart, refuseMessage, required } from './edge';
import { executorInfoMessage, readExecutorInfo } from './executor';
import { Frame } from './frame';
import { readIdMessage, readOptionalId, writeOptionalId } from './ids';
import { readValidResource, writeResource } from './resource';
import type { TaskBudget } from './task-budget';
import { namedTaskMessage, readNamedTasks, readTaskRequests, writeTaskRequest } from './task-request';
import { readMilli, writeScalar } from './value';

/** Field numbers of Offer.Operation and what stands in it, in offer.proto: for opening it frame by frame. */
const OPERATION = { type: 1, launch: 2, launchGroup: 7, id: 12 } as const;
const LAUNCH = { taskInfos: 1 } as const;
const LAUNCH_GROUP = { executor: 1, taskGroup: 2 } as const;

/**
 * One line of an ACCEPT. Whatever is wrong with it stays within it: it becomes MALFORMED, with the tasks that it names, so that each of them
 * can be answered (B-076). `path` is where it stands, e.g. `operations[1]`. Only more
 * tasks than `budget` has left refuse the whole call.
 */
export function readOperation(bytes: Uint8Array, path: string, budget: TaskBudget): Operation {
  const frame = new Frame(bytes);
  const type = operationTypeOf(frame.number(OPERATION.type) ?? 0);
  const id = attempt(readOperationId, frame.part(OPERATION.id));
  const tasks = taskList(frame, type);
  budget.spend(tasks?.all(LAUNCH.taskInfos).length ?? 0);
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
  if (type === OperationType.LAUNCH_GROUP) return readGroup(frame, tasks, path);
  if (type !== OperationType.LAUNCH) return readChange(readBytes(WireOperation, bytes));
  const launch = required(tasks, 'launch');
  if (launch.problem !== undefined) malformed('launch', launch.problem);
  const id = readOperationId(frame.part(OPERATION.id));
  return {
    type: 'LAUNCH',
    ...(id !== undefined && { id }),
    tasks: readTaskRequests(launch.all(LAUNCH.taskInfos), `${path}.launch.task_infos`),
  };
}

function readGroup(frame: Frame, tasks: Frame | undefined, path: string): LaunchGroupOperation {
  const group = new Frame(required(frame.part(OPERATION.launchGroup), 'launch_group'));
  if (group.problem !== undefined) malformed('launch_group', group.problem);
  const list = required(tasks, 'launch_group.task_group');
  if (list.problem !== undefined) malformed('launch_group.task_group', list.problem);
  const id = readOperationId(frame.part(OPERATION.id));
  return {
    type: 'LAUNCH_GROUP',
    ...(id !== undefined && { id }),
    executor: readPart(group.part(LAUNCH_GROUP.executor), 'launch_group.executor', readExecutorInfo),
    tasks: readTaskRequests(list.all(LAUNCH.taskInfos), `${path}.launch_group.task_group.tasks`),
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

/** That a DESTROY is to wait for the last holder is between framework and master. */
function readChange(wire: WireOperation): ResourceOperation | ResizeOperation {
  const operation = readAgentOperation(wire);
  if (operation.type !== 'DESTROY') return operation;
  const whenUnused = readOptional(wire.destroy?.whenUnused, 'destroy.when_unused', readWhenUnused);
  return whenUnused ? { ...operation, whenUnused } : operation;
}

/** What an agent carries out: RESERVE, UNRESERVE, CREATE, DESTROY, GROW_VOLUME or SHRINK_VOLUME. */
export function readAgentOperation(wire: WireOperation): ResourceOperation | ResizeOperation {
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
    case OperationType.GROW_VOLUME:
      return { type: 'GROW_VOLUME', ...(id !== undefined && { id }), ...readPart(wire.growVolume, 'grow_volume', readGrow) };
    case OperationType.SHRINK_VOLUME:
      return { type: 'SHRINK_VOLUME', ...(id !== undefined && { id }), ...readPart(wire.shrinkVolume, 'shrink_volume', readShrink) };
    default:
      return refuseUnsupported(wire.type === undefined ? 'An operation without a type' : `The operation ${wire.type}`);
  }
}

type Resized = Pick<ResizeOperation, 'volume' | 'change'>;

const readGrow = ({ volume, addition }: WireGrow): Resized => ({
  volume: readPart(volume, 'volume', readValidResource),
  change: readPart(addition, 'addition', readValidResource),
});

/** What is taken away is said by its size alone; it comes free as plain disk under the volume's reservations (B-059). */
function readShrink({ volume: wire, subtract }: WireShrink): Resized {
  const volume = readPart(wire, 'volume', readValidResource);
  const milli = readMilli(required(subtract, 'subtract'), 'subtract');
  return { volume, change: { ...toPlainDisk(volume), value: { kind: 'scalar', milli } } };
}

const refuseUnsupported = (operation: string): never => refuseMessage(refuse('operation_unsupported', { operation }));

/** What an agent is told: when it is told to destroy, the waiting is over. */
export function writeAgentOperation(operation: ResourceOperation | ResizeOperation): WireOperation {
  if (!('whenUnused' in operation)) return writeOperation(operation);
  const { whenUnused: _, ...rest } = operation;
  return writeOperation(rest);
}

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
      return {
        type: OperationType.DESTROY,
        id,
        destroy: { volumes: writeList(operation.resources), whenUnused: operation.whenUnused && writeWhenUnused(operation.whenUnused) },
      };
    case 'LAUNCH':
      return { type: OperationType.LAUNCH, id, launch: { taskInfos: operation.tasks.map(writeTaskRequest) } };
    case 'GROW_VOLUME':
      return {
        type: OperationType.GROW_VOLUME,
        id,
        growVolume: { volume: writeResource(operation.volume), addition: writeResource(operation.change) },
      };
    case 'SHRINK_VOLUME':
      return {
        type: OperationType.SHRINK_VOLUME,
        id,
        shrinkVolume: { volume: writeResource(operation.volume), subtract: writeScalar(operation.change.value) },
      };
    case 'LAUNCH_GROUP':
      return {
        type: OperationType.LAUNCH_GROUP,
        id,
        launchGroup: { executor: executorInfoMessage(operation.executor), taskGroup: { tasks: operation.tasks.map(writeTaskRequest) } },
      };
    case 'MALFORMED':
      return { type: writeOperationType(operation.declaredType), id, ...writeNamedTasks(operation) };
    default:
      return unreachable(operation);
  }
}

/** What made it malformed is gone; who reads this refuses it again, under the same task ids. */
function writeNamedTasks({ declaredType, taskIds }: MalformedOperation): Pick<WireOperation, 'launch' | 'launchGroup'> {
  const tasks = taskIds.map(namedTaskMessage);
  return declaredType === 'LAUNCH_GROUP' ? { launchGroup: { taskGroup: { tasks } } } : { launch: { taskInfos: tasks } };
}

const writeList = (resources: readonly Resource[]) => resources.map((resource) => writeResource(resource));

/** A word that is no type of operation becomes UNKNOWN. */
export function writeOperationType(type: string): OperationType {
  const known = operationTypeOf(type);
  return known === OperationType.UNRECOGNIZED ? OperationType.UNKNOWN : known;
}

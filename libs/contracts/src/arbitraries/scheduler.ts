import fc from 'fast-check';
import { ok } from '@holdfast/core/base';
import type {
  Offer,
  Operation,
  OperationResult,
  OperationState,
  OperationStatus,
  ResizeOperation,
  ResourceOperation,
  ResourceOperationType,
} from '@holdfast/core/offers';
import { Resources, allocated, toPlainDisk } from '@holdfast/core/resources';
import type {
  AcceptRequest,
  AcceptResponse,
  AcknowledgeOperationRequest,
  AcknowledgeRequest,
  DeclineRequest,
  DeclineResponse,
  ExecutorRequest,
  Filters,
  FrameworkRequest,
  InverseOffersRequest,
  KillRequest,
  ReconcileOperationsRequest,
  ReconcileRequest,
  RolesRequest,
  SchedulerCall,
  SchedulerEvent,
  SendMessageRequest,
  SubscribeRequest,
  SubscribedCall,
  UpdateFrameworkRequest,
} from '../messages';
import { whenUnused } from './drain';
import { domain, offerConstraints } from './placement';
import { attribute, resource, singles, unallocated, volume } from './resource';
import { executor, framework, groupTask, status, task } from './task';
import { count, durationMs, holder, id, recordOf, refusal, role, text, uuid } from './words';

const port = fc.integer({ min: 0, max: 65_535 });
const filters: fc.Arbitrary<Filters> = recordOf<Filters>({ refuseMs: fc.integer({ min: 0, max: 31_536_000_000 }) }, { requiredKeys: [] });
const ids = fc.array(id, { maxLength: 3 });

/** As an agent is told to carry it out. */
export const resourceChange = fc.record(
  {
    type: fc.constantFrom<ResourceOperationType>('RESERVE', 'UNRESERVE', 'CREATE', 'DESTROY'),
    id,
    resources: fc.array(resource, { maxLength: 3 }),
  },
  { requiredKeys: ['type', 'resources'] },
);

const destroyWhenUnused: fc.Arbitrary<ResourceOperation> = recordOf<ResourceOperation>(
  { type: fc.constant('DESTROY' as const), id, resources: fc.array(resource, { maxLength: 3 }), whenUnused },
  { requiredKeys: ['type', 'resources', 'whenUnused'] },
);

const withId = <T extends object>(operation: fc.Arbitrary<T>): fc.Arbitrary<T & { id?: string }> =>
  fc.tuple(operation, fc.option(id, { nil: undefined })).map(([one, name]) => (name === undefined ? one : { ...one, id: name }));

const grow: fc.Arbitrary<ResizeOperation> = withId(
  fc.record({ type: fc.constant('GROW_VOLUME' as const), volume: resource, change: resource }),
);

/** What is taken away travels as a size. */
const shrink: fc.Arbitrary<ResizeOperation> = withId(
  fc.tuple(volume, fc.nat()).map(([from, milli]) => ({
    type: 'SHRINK_VOLUME' as const,
    volume: from,
    change: { ...toPlainDisk(from), value: { kind: 'scalar' as const, milli } },
  })),
);

export const resizeOperation = fc.oneof(grow, shrink);

/** Those that a framework can mean; MALFORMED is what reading makes of others. */
const operation: fc.Arbitrary<Operation> = fc.oneof(
  resourceChange,
  destroyWhenUnused,
  fc.record(
    {
      type: fc.constant('LAUNCH' as const),
      id,
      tasks: fc.array(
        fc.oneof(task, groupTask).map((info) => ({ taskId: info.taskId, task: ok(info) })),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ['type', 'tasks'] },
  ),
  resizeOperation,
  withId(
    fc.record({
      type: fc.constant('LAUNCH_GROUP' as const),
      executor,
      tasks: fc.array(
        groupTask.map((info) => ({ taskId: info.taskId, task: ok(info) })),
        { maxLength: 2 },
      ),
    }),
  ),
);

const ofRoles = <T extends object>(byRole: T, roles: readonly string[]): T =>
  Object.fromEntries(Object.values(byRole).map((value, at) => [roles[at % roles.length], value])) as T;

/** All roles that are named are the framework's. */
export const subscribe: fc.Arbitrary<SubscribeRequest> = fc
  .tuple(framework, fc.option(offerConstraints, { nil: undefined }))
  .chain(([info, constraints]) =>
    fc.subarray([...info.roles]).map((suppressedRoles) => ({
      framework: info.minAllocatable ? { ...info, minAllocatable: ofRoles(info.minAllocatable, info.roles) } : info,
      suppressedRoles,
      ...(constraints && { offerConstraints: ofRoles(constraints, info.roles) }),
    })),
  );

export const updateFramework: fc.Arbitrary<UpdateFrameworkRequest> = fc.tuple(subscribe, id).map(([request, frameworkId]) => ({
  ...request,
  frameworkId,
  framework: { ...request.framework, id: frameworkId },
}));

export const accept: fc.Arbitrary<AcceptRequest> = recordOf<AcceptRequest>({
  frameworkId: id,
  offerIds: ids,
  operations: fc.array(operation, { maxLength: 3 }),
  filters,
});

const operationResult: fc.Arbitrary<OperationResult> = recordOf<OperationResult>(
  {
    type: fc.constantFrom('UNKNOWN', 'RESERVE', 'UNRESERVE', 'CREATE', 'DESTROY', 'LAUNCH', 'LAUNCH_GROUP', 'GROW_VOLUME'),
    refusal,
    waitsFor: fc.array(holder, { minLength: 1, maxLength: 2 }),
    tasks: fc.array(fc.record({ taskId: fc.oneof(id, text), refusal }, { requiredKeys: ['taskId'] }), { maxLength: 3 }),
  },
  { requiredKeys: ['type', 'tasks'] },
);

export const acceptResponse: fc.Arbitrary<AcceptResponse> = recordOf<AcceptResponse>({
  results: fc.array(operationResult, { maxLength: 3 }),
});

export const decline: fc.Arbitrary<DeclineRequest> = recordOf<DeclineRequest>({ frameworkId: id, offerIds: ids, filters });
export const declineResponse: fc.Arbitrary<DeclineResponse> = recordOf<DeclineResponse>({ unknownOfferIds: ids });
export const rolesRequest: fc.Arbitrary<RolesRequest> = recordOf<RolesRequest>({
  frameworkId: id,
  roles: fc.array(role, { maxLength: 3 }),
});
export const kill: fc.Arbitrary<KillRequest> = recordOf<KillRequest>(
  { frameworkId: id, taskId: id, agentId: id, graceMs: durationMs },
  { requiredKeys: ['frameworkId', 'taskId'] },
);
export const acknowledge: fc.Arbitrary<AcknowledgeRequest> = recordOf<AcknowledgeRequest>({
  frameworkId: id,
  agentId: id,
  taskId: id,
  uuid,
});
export const reconcile: fc.Arbitrary<ReconcileRequest> = recordOf<ReconcileRequest>({
  frameworkId: id,
  tasks: fc.array(fc.record({ taskId: id, agentId: id }, { requiredKeys: ['taskId'] }), { maxLength: 3 }),
});
const executorOf = { frameworkId: id, agentId: id, executorId: id };
export const executorRequest: fc.Arbitrary<ExecutorRequest> = recordOf<ExecutorRequest>(executorOf);
const data = fc.uint8Array({ maxLength: 20 });
export const sendMessage: fc.Arbitrary<SendMessageRequest> = recordOf<SendMessageRequest>({ ...executorOf, data });
export const inverseOffers: fc.Arbitrary<InverseOffersRequest> = recordOf<InverseOffersRequest>({
  frameworkId: id,
  inverseOfferIds: ids,
  filters,
});
export const acknowledgeOperation: fc.Arbitrary<AcknowledgeOperationRequest> = recordOf<AcknowledgeOperationRequest>({
  frameworkId: id,
  agentId: id,
  operationId: id,
  uuid,
});
export const reconcileOperations: fc.Arbitrary<ReconcileOperationsRequest> = recordOf<ReconcileOperationsRequest>({
  frameworkId: id,
  operations: fc.array(fc.record({ operationId: id, agentId: id }, { requiredKeys: ['operationId'] }), { maxLength: 3 }),
});
export const frameworkRequest: fc.Arbitrary<FrameworkRequest> = recordOf<FrameworkRequest>({ frameworkId: id });

const typed = <K extends string, T extends object>(types: readonly K[], request: fc.Arbitrary<T>): fc.Arbitrary<{ type: K } & T> =>
  fc.tuple(fc.constantFrom(...types), request).map(([type, body]) => ({ type, ...body }));

/** One arbitrary per type of call: a new one without a row does not compile. */
const CALLS: { readonly [T in SubscribedCall['type']]: fc.Arbitrary<SubscribedCall & { readonly type: T }> } = {
  TEARDOWN: typed(['TEARDOWN'], frameworkRequest),
  ACCEPT: typed(['ACCEPT'], accept),
  DECLINE: typed(['DECLINE'], decline),
  ACCEPT_INVERSE_OFFERS: typed(['ACCEPT_INVERSE_OFFERS'], inverseOffers),
  DECLINE_INVERSE_OFFERS: typed(['DECLINE_INVERSE_OFFERS'], inverseOffers),
  REVIVE: typed(['REVIVE'], rolesRequest),
  SUPPRESS: typed(['SUPPRESS'], rolesRequest),
  KILL: typed(['KILL'], kill),
  SHUTDOWN: typed(['SHUTDOWN'], executorRequest),
  ACKNOWLEDGE: typed(['ACKNOWLEDGE'], acknowledge),
  ACKNOWLEDGE_OPERATION_STATUS: typed(['ACKNOWLEDGE_OPERATION_STATUS'], acknowledgeOperation),
  RECONCILE: typed(['RECONCILE'], reconcile),
  RECONCILE_OPERATIONS: typed(['RECONCILE_OPERATIONS'], reconcileOperations),
  MESSAGE: typed(['MESSAGE'], sendMessage),
  REQUEST: typed(['REQUEST'], frameworkRequest),
  UPDATE_FRAMEWORK: typed(['UPDATE_FRAMEWORK'], updateFramework),
};

export const call: fc.Arbitrary<SchedulerCall> = fc
  .tuple(fc.oneof(typed(['SUBSCRIBE'], subscribe), ...Object.values(CALLS)), fc.option(count, { nil: undefined }))
  .map(([one, callNumber]) => (callNumber === undefined ? one : { ...one, callNumber }));

export const operationStatus: fc.Arbitrary<OperationStatus> = recordOf<OperationStatus>(
  {
    operationId: id,
    state: fc.constantFrom<OperationState>(
      'OPERATION_UNSUPPORTED',
      'OPERATION_PENDING',
      'OPERATION_FINISHED',
      'OPERATION_FAILED',
      'OPERATION_ERROR',
      'OPERATION_DROPPED',
      'OPERATION_UNREACHABLE',
      'OPERATION_GONE_BY_OPERATOR',
      'OPERATION_RECOVERING',
      'OPERATION_UNKNOWN',
    ),
    message: text,
    converted: fc
      .array(fc.tuple(unallocated, role), { minLength: 1, maxLength: 3 })
      .map((list) => Resources.of(list.map(([one, to]) => allocated(one, to))))
      .filter((some) => !some.isEmpty)
      .map((some) => Resources.of(some.toList())),
    uuid,
    agentId: id,
  },
  { requiredKeys: ['operationId', 'state'] },
);

export const offer: fc.Arbitrary<Offer> = recordOf<Offer>(
  {
    id,
    frameworkId: id,
    agentId: id,
    hostname: text,
    role,
    resources: singles,
    attributes: fc.array(attribute, { maxLength: 2 }),
    executorIds: fc.array(id, { minLength: 1, maxLength: 2 }),
    domain,
    url: fc.record({ hostname: text, ip: text, port }),
  },
  { requiredKeys: ['id', 'frameworkId', 'agentId', 'hostname', 'role', 'resources', 'attributes'] },
);

/** Offers in the full form: the other forms lose something, which examples show. */
export const event: fc.Arbitrary<SchedulerEvent> = fc.oneof(
  fc.record({
    type: fc.constant('SUBSCRIBED' as const),
    frameworkId: id,
    heartbeatIntervalMs: durationMs,
    master: fc.record(
      { id: text, hostname: text, ip: fc.oneof(fc.ipV4(), fc.ipV6()), port, version: text, domain },
      { requiredKeys: ['id', 'hostname', 'ip', 'port', 'version'] },
    ),
  }),
  fc.record({
    type: fc.constant('OFFERS' as const),
    offers: fc.array(offer, { maxLength: 3 }),
    form: fc.constant({ allocationInfo: true, reservationStack: true }),
  }),
  fc.record({ type: fc.constant('RESCIND' as const), offerId: id }),
  fc.record({ type: fc.constant('UPDATE' as const), status }),
  fc.record({
    type: fc.constant('UPDATE_OPERATION_STATUS' as const),
    status: operationStatus,
    form: fc.constant({ allocationInfo: true, reservationStack: true }),
  }),
  fc.record({ type: fc.constant('MESSAGE' as const), agentId: id, executorId: id, data }),
  fc.record(
    { type: fc.constant('FAILURE' as const), agentId: id, executorId: id, status: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
    { requiredKeys: ['type'] },
  ),
  fc.record(
    {
      type: fc.constant('ANSWER' as const),
      callNumber: count,
      refusal,
      results: fc.array(operationResult, { minLength: 1, maxLength: 3 }),
      unknownOfferIds: fc.array(id, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['type'] },
  ),
  fc.record({ type: fc.constant('ERROR' as const), message: text }),
  fc.record({ type: fc.constant('HEARTBEAT' as const) }),
);

import fc from 'fast-check';
import { ok } from '@holdfast/core/base';
import type { Offer, Operation, OperationResult, ResourceOperationType } from '@holdfast/core/offers';
import type {
  AcceptRequest,
  AcceptResponse,
  AcknowledgeRequest,
  DeclineRequest,
  DeclineResponse,
  Filters,
  FrameworkRequest,
  KillRequest,
  ReconcileRequest,
  RolesRequest,
  SchedulerEvent,
  SubscribeRequest,
} from '../messages';
import { attribute, resource, singles } from './resource';
import { framework, status, task } from './task';
import { durationMs, id, recordOf, refusal, role, text, uuid } from './words';

const port = fc.integer({ min: 0, max: 65_535 });
const filters: fc.Arbitrary<Filters> = recordOf<Filters>({ refuseMs: fc.integer({ min: 0, max: 31_536_000_000 }) }, { requiredKeys: [] });
const ids = fc.array(id, { maxLength: 3 });

export const resourceOperation = fc.record(
  {
    type: fc.constantFrom<ResourceOperationType>('RESERVE', 'UNRESERVE', 'CREATE', 'DESTROY'),
    id,
    resources: fc.array(resource, { maxLength: 3 }),
  },
  { requiredKeys: ['type', 'resources'] },
);

/** Those that a framework can mean; MALFORMED is what reading makes of others. */
const operation: fc.Arbitrary<Operation> = fc.oneof(
  resourceOperation,
  fc.record(
    {
      type: fc.constant('LAUNCH' as const),
      id,
      tasks: fc.array(
        task.map((info) => ({ taskId: info.taskId, task: ok(info) })),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ['type', 'tasks'] },
  ),
);

export const subscribe: fc.Arbitrary<SubscribeRequest> = framework.chain((info) =>
  fc.subarray([...info.roles]).map((suppressedRoles) => ({ framework: info, suppressedRoles })),
);

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
export const frameworkRequest: fc.Arbitrary<FrameworkRequest> = recordOf<FrameworkRequest>({ frameworkId: id });

export const offer: fc.Arbitrary<Offer> = recordOf<Offer>(
  {
    id,
    frameworkId: id,
    agentId: id,
    hostname: text,
    role,
    resources: singles,
    attributes: fc.array(attribute, { maxLength: 2 }),
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
    master: fc.record({ id: text, hostname: text, ip: fc.oneof(fc.ipV4(), fc.ipV6()), port, version: text }),
  }),
  fc.record({
    type: fc.constant('OFFERS' as const),
    offers: fc.array(offer, { maxLength: 3 }),
    form: fc.constant({ allocationInfo: true, reservationStack: true }),
  }),
  fc.record({ type: fc.constant('RESCIND' as const), offerId: id }),
  fc.record({ type: fc.constant('UPDATE' as const), status }),
  fc.record({ type: fc.constant('FAILURE' as const), agentId: id }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('ERROR' as const), message: text }),
  fc.record({ type: fc.constant('HEARTBEAT' as const) }),
);

import fc from 'fast-check';
import type { Conversion } from '@holdfast/core/offers';
import type { FedEntry, HolderPage, StoreStanding } from '@holdfast/core/volumes';
import type {
  AgentInfo,
  AgentMessage,
  AllocateRequest,
  AllocateResponse,
  ApplyRequest,
  ApplyResponse,
  BookChange,
  FollowHistoryRequest,
  FollowHistoryResponse,
  LinkRequest,
  LinkResponse,
  MasterMessage,
  ReadHistoryRequest,
  ReadHistoryResponse,
  ReadHoldersRequest,
  ReadHoldersResponse,
  ReadStoresResponse,
  ReadVolumesRequest,
  ReadVolumesResponse,
} from '../messages';
import { ledgerEntry, ledgerVolume, storePosition, transaction, transactionResult } from './ledger';
import { domain, minAllocatable, offerConstraints } from './placement';
import { attribute, resource, resources } from './resource';
import { operationStatus, resizeOperation, resourceChange } from './scheduler';
import { capabilities, executor, framework, groupTask as task, status, taskState } from './task';
import { inspection } from './verification';
import { count, durationMs, holder, id, key, recordOf, refusal, role, text, uint32, uuid } from './words';

export const agentInfo: fc.Arbitrary<AgentInfo> = recordOf<AgentInfo>(
  { id, hostname: text, httpPort: fc.integer({ min: 0, max: 65_535 }), attributes: fc.array(attribute, { maxLength: 2 }), domain },
  { requiredKeys: ['hostname', 'httpPort', 'attributes'] },
);

const taskRef = { frameworkId: id, taskId: id, launchId: id };
const executorRef = { frameworkId: id, executorId: id };
const data = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));

const operationUpdate = fc
  .record({ frameworkId: id, status: operationStatus, uuid })
  .map(({ frameworkId, status: reported, uuid: name }) => ({ frameworkId, status: { ...reported, uuid: name } }));

const agentMessage: fc.Arbitrary<AgentMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('register' as const),
    agent: agentInfo,
    storeId: id,
    configured: resources,
    checkpointed: resources,
    tasks: fc.array(
      fc.record(
        { framework, info: task, launchId: id, state: taskState, isHolding: fc.boolean() },
        { requiredKeys: ['framework', 'info', 'launchId', 'state'] },
      ),
      { maxLength: 2 },
    ),
    operations: fc.array(operationUpdate, { maxLength: 2 }),
    executors: fc.array(fc.record({ framework, info: executor }), { maxLength: 2 }),
    highestEpoch: count,
    ledgerRevision: count,
    bootId: text,
    version: text,
  }),
  fc.record({ kind: fc.constant('operation_outcome' as const), operationUuid: id, refusal }, { requiredKeys: ['kind', 'operationUuid'] }),
  operationUpdate.map((update) => ({ kind: 'operation_update' as const, ...update })),
  fc.record({ kind: fc.constant('task_update' as const), frameworkId: id, launchId: id, status, latestState: taskState }),
  fc.record({ kind: fc.constant('task_gone' as const), ...taskRef, cause: text }),
  fc.record({ kind: fc.constant('executor_message' as const), ...executorRef, data }),
  fc.record(
    { kind: fc.constant('executor_gone' as const), ...executorRef, exitStatus: fc.nat({ max: 255 }) },
    { requiredKeys: ['kind', 'frameworkId', 'executorId'] },
  ),
  fc.record({ kind: fc.constant('inspection' as const), requestId: id, inspection }),
  fc.record({ kind: fc.constant('pong' as const) }),
);

export const linkRequest: fc.Arbitrary<LinkRequest> = recordOf<LinkRequest>({ messages: fc.array(agentMessage, { maxLength: 3 }) });

const masterMessage: fc.Arbitrary<MasterMessage> = fc.oneof(
  fc.record({ kind: fc.constant('registered' as const), agentId: id, pingIntervalMs: uint32, pingTimeoutMs: uint32 }),
  fc.record({ kind: fc.constant('registration_refused' as const), refusal }),
  fc.record(
    {
      kind: fc.constant('apply_operation' as const),
      operationUuid: id,
      operation: fc.oneof(resourceChange, resizeOperation),
      frameworkId: id,
      ledgerRevision: count,
      traceParent: text,
    },
    { requiredKeys: ['kind', 'operationUuid', 'operation', 'ledgerRevision'] },
  ),
  fc.record(
    { kind: fc.constant('run_task' as const), framework, info: task, launchId: id, ledgerRevision: count, traceParent: text },
    { requiredKeys: ['kind', 'framework', 'info', 'launchId', 'ledgerRevision'] },
  ),
  fc.record(
    {
      kind: fc.constant('run_group' as const),
      framework,
      tasks: fc.array(fc.record({ info: task, launchId: id }), { maxLength: 2 }),
      ledgerRevision: count,
      traceParent: text,
    },
    { requiredKeys: ['kind', 'framework', 'tasks', 'ledgerRevision'] },
  ),
  fc.record({ kind: fc.constant('acknowledge_operation' as const), frameworkId: id, operationId: id, uuid }),
  fc.record({ kind: fc.constant('shutdown_executor' as const), frameworkId: id, executorId: id }),
  fc.record(
    { kind: fc.constant('kill_task' as const), frameworkId: id, taskId: id, graceMs: durationMs },
    { requiredKeys: ['kind', 'frameworkId', 'taskId'] },
  ),
  fc.record({ kind: fc.constant('acknowledge_update' as const), frameworkId: id, taskId: id, uuid }),
  fc.record({ kind: fc.constant('shutdown_framework' as const), frameworkId: id }),
  fc.record({ kind: fc.constant('executor_message' as const), ...executorRef, data }),
  fc.record({ kind: fc.constant('executor_gone_confirmed' as const), ...executorRef }),
  fc.record({ kind: fc.constant('inspect' as const), requestId: id }),
  fc.record({ kind: fc.constant('ping' as const) }),
  fc.record({ kind: fc.constant('task_gone_confirmed' as const), ...taskRef }),
);

export const linkResponse: fc.Arbitrary<LinkResponse> = recordOf<LinkResponse>({
  epoch: count,
  messages: fc.array(masterMessage, { maxLength: 3 }),
});

const conversions: fc.Arbitrary<Conversion[]> = fc.array(fc.record({ consumed: resources, produced: resources }), { maxLength: 2 });
const place = { frameworkId: id, agentId: id, role };
const roles = fc.array(role, { maxLength: 3 });

const bookChange: fc.Arbitrary<BookChange> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('put_agent' as const),
      agentId: id,
      total: resources,
      used: fc.array(fc.record({ frameworkId: id, role, resources, offered: fc.boolean() }), { maxLength: 2 }),
      active: fc.boolean(),
      hostname: text,
      attributes: fc.array(attribute, { maxLength: 2 }),
      domain,
    },
    { requiredKeys: ['kind', 'agentId', 'total', 'used', 'active', 'hostname', 'attributes'] },
  ),
  fc.record({ kind: fc.constant('remove_agent' as const), agentId: id }),
  fc.record({ kind: fc.constant('set_agent_active' as const), agentId: id, active: fc.boolean() }),
  fc.record(
    {
      kind: fc.constant('put_framework' as const),
      frameworkId: id,
      roles,
      suppressedRoles: roles,
      capabilities,
      active: fc.boolean(),
      offerConstraints,
      minAllocatable,
    },
    { requiredKeys: ['kind', 'frameworkId', 'roles', 'suppressedRoles', 'capabilities', 'active'] },
  ),
  fc.record({ kind: fc.constant('remove_framework' as const), frameworkId: id }),
  fc.record({ kind: fc.constant('convert_allocation' as const), ...place, conversions }),
  fc.record({ kind: fc.constant('use_resources' as const), ...place, resources }),
  fc.record({ kind: fc.constant('resize_copies' as const), agentId: id, from: resource, to: resource }),
  fc.record({ kind: fc.constant('convert_total' as const), agentId: id, conversions }),
  fc.record(
    { kind: fc.constant('recover_resources' as const), ...place, resources, refuseMs: count, offered: fc.boolean() },
    { requiredKeys: ['kind', 'frameworkId', 'agentId', 'role', 'resources', 'offered'] },
  ),
  fc.record({ kind: fc.constant('revive_roles' as const), frameworkId: id, roles }),
  fc.record({ kind: fc.constant('suppress_roles' as const), frameworkId: id, roles }),
  fc.record({ kind: fc.constant('snapshot_complete' as const) }),
);

export const allocateRequest: fc.Arbitrary<AllocateRequest> = recordOf<AllocateRequest>({
  number: count,
  changes: fc.array(bookChange, { maxLength: 3 }),
});

export const allocateResponse: fc.Arbitrary<AllocateResponse> = recordOf<AllocateResponse>(
  { number: count, seenRequest: count, allocations: fc.array(fc.record({ ...place, resources }), { maxLength: 3 }), traceParent: text },
  { requiredKeys: ['number', 'seenRequest', 'allocations'] },
);

export const applyRequest: fc.Arbitrary<ApplyRequest> = recordOf<ApplyRequest>({
  transactions: fc.array(fc.record({ id: count, transaction }), { maxLength: 2 }),
});

export const applyResponse: fc.Arbitrary<ApplyResponse> = recordOf<ApplyResponse>({
  results: fc.array(fc.record({ id: count, result: transactionResult }), { maxLength: 2 }),
});

export const readVolumes: fc.Arbitrary<ReadVolumesRequest> = recordOf<ReadVolumesRequest>(
  { storeIds: fc.array(id, { maxLength: 3 }), volume: key },
  { requiredKeys: ['storeIds'] },
);

export const readVolumesAnswer: fc.Arbitrary<ReadVolumesResponse> = recordOf<ReadVolumesResponse>({
  volumes: fc.array(ledgerVolume, { maxLength: 2 }),
});

export const readHistory: fc.Arbitrary<ReadHistoryRequest> = recordOf<ReadHistoryRequest>(
  { storeId: id, volume: key, afterRevision: count, limit: uint32 },
  { requiredKeys: ['storeId', 'afterRevision', 'limit'] },
);

export const readHistoryAnswer: fc.Arbitrary<ReadHistoryResponse> = recordOf<ReadHistoryResponse>({
  entries: fc.array(ledgerEntry, { maxLength: 2 }),
});

export const readHolders: fc.Arbitrary<ReadHoldersRequest> = recordOf<ReadHoldersRequest>(
  { storeId: id, volume: key, from: text, limit: uint32 },
  { requiredKeys: ['storeId', 'volume', 'limit'] },
);

const page: fc.Arbitrary<HolderPage> = recordOf<HolderPage>(
  { holders: fc.array(holder, { maxLength: 3 }), next: text, count, revision: count },
  { requiredKeys: ['holders', 'count', 'revision'] },
);

export const readHoldersAnswer: fc.Arbitrary<ReadHoldersResponse> = recordOf<ReadHoldersResponse>({ page }, { requiredKeys: [] });

const standing: fc.Arbitrary<StoreStanding> = recordOf<StoreStanding>({
  storeId: id,
  epoch: count,
  revision: count,
  isVerified: fc.boolean(),
});

export const readStoresAnswer: fc.Arbitrary<ReadStoresResponse> = recordOf<ReadStoresResponse>({
  stores: fc.array(standing, { maxLength: 3 }),
});

export const followHistory: fc.Arbitrary<FollowHistoryRequest> = recordOf<FollowHistoryRequest>({
  positions: fc.array(storePosition, { maxLength: 3 }),
});

const fedEntry: fc.Arbitrary<FedEntry> = recordOf<FedEntry>({ storeId: id, entry: ledgerEntry });

export const followHistoryAnswer: fc.Arbitrary<FollowHistoryResponse> = recordOf<FollowHistoryResponse>({
  entries: fc.array(fedEntry, { maxLength: 3 }),
});

import fc from 'fast-check';
import type { Capability, FrameworkInfo } from '@holdfast/core/offers';
import type { Command, ExecutorInfo, StatusReason, StatusSource, TaskInfo, TaskState, TaskStatus } from '@holdfast/core/tasks';
import { minAllocatable } from './placement';
import { label, resources } from './resource';
import { durationMs, id, recordOf, role, text, timeMs, uuid } from './words';

const CAPABILITIES: readonly Capability[] = [
  'REVOCABLE_RESOURCES',
  'TASK_KILLING_STATE',
  'GPU_RESOURCES',
  'SHARED_RESOURCES',
  'PARTITION_AWARE',
  'MULTI_ROLE',
  'RESERVATION_REFINEMENT',
  'REGION_AWARE',
];

export const capabilities: fc.Arbitrary<ReadonlySet<Capability>> = fc.subarray([...CAPABILITIES]).map((list) => new Set(list));

/** Several roles with MULTI_ROLE, one without (C-078). */
export const framework: fc.Arbitrary<FrameworkInfo> = recordOf<FrameworkInfo>(
  {
    id,
    name: text,
    user: text,
    roles: fc.uniqueArray(role, { minLength: 1, maxLength: 3 }),
    capabilities,
    principal: text,
    hostname: text,
    webuiUrl: text,
    failoverTimeoutMs: fc.nat(),
    checkpoint: fc.boolean(),
    labels: fc.array(label, { maxLength: 2 }),
    minAllocatable,
  },
  { requiredKeys: ['name', 'user', 'roles', 'capabilities', 'failoverTimeoutMs', 'checkpoint', 'labels'] },
).map((info) => (info.capabilities.has('MULTI_ROLE') ? info : { ...info, roles: info.roles.slice(0, 1) }));

const command: fc.Arbitrary<Command> = recordOf<Command>(
  {
    shell: fc.boolean(),
    value: text,
    args: fc.array(text, { maxLength: 3 }),
    environment: fc.array(fc.record({ name: text, value: text }), { maxLength: 2 }),
    user: text,
  },
  { requiredKeys: ['shell', 'args', 'environment'] },
);

/** Made of its fields: `wire` is empty. */
export const executor: fc.Arbitrary<ExecutorInfo> = recordOf<ExecutorInfo>(
  {
    executorId: id,
    type: fc.constant('DEFAULT' as const),
    name: text,
    resources,
    shutdownGraceMs: durationMs,
    labels: fc.array(label, { maxLength: 2 }),
    unsupportedFields: fc.constant<readonly string[]>([]),
    wire: fc.constant(new Uint8Array()),
  },
  { requiredKeys: ['executorId', 'resources', 'labels', 'unsupportedFields', 'wire'] },
);

/** Likewise. */
export const groupTask: fc.Arbitrary<TaskInfo> = recordOf<TaskInfo>(
  {
    taskId: id,
    name: text,
    agentId: id,
    resources,
    command,
    executor,
    killGraceMs: durationMs,
    labels: fc.array(label, { maxLength: 2 }),
    data: fc.uint8Array({ maxLength: 20 }),
    unsupportedFields: fc.constant<readonly string[]>([]),
    wire: fc.constant(new Uint8Array()),
  },
  { requiredKeys: ['taskId', 'name', 'agentId', 'resources', 'labels', 'unsupportedFields', 'wire'] },
);

/** By itself, as in a LAUNCH. */
export const task: fc.Arbitrary<TaskInfo> = groupTask.map(({ executor: _executor, ...info }) => info);

export const taskState = fc.constantFrom<TaskState>(
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_UNREACHABLE',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
);

const source = fc.constantFrom<StatusSource>('SOURCE_MASTER', 'SOURCE_AGENT', 'SOURCE_EXECUTOR');

const reason = fc.constantFrom<StatusReason>(
  'REASON_COMMAND_EXECUTOR_FAILED',
  'REASON_CONTAINER_LAUNCH_FAILED',
  'REASON_EXECUTOR_TERMINATED',
  'REASON_FRAMEWORK_REMOVED',
  'REASON_INVALID_OFFERS',
  'REASON_RECONCILIATION',
  'REASON_RESOURCES_UNKNOWN',
  'REASON_AGENT_DISCONNECTED',
  'REASON_AGENT_REMOVED',
  'REASON_AGENT_REREGISTERED',
  'REASON_AGENT_RESTARTED',
  'REASON_TASK_GROUP_INVALID',
  'REASON_TASK_GROUP_UNAUTHORIZED',
  'REASON_TASK_INVALID',
  'REASON_TASK_KILLED_DURING_LAUNCH',
  'REASON_TASK_UNAUTHORIZED',
  'REASON_TASK_UNKNOWN',
);

export const status: fc.Arbitrary<TaskStatus> = recordOf<TaskStatus>(
  { taskId: id, agentId: id, state: taskState, source, reason, message: text, timestampMs: timeMs, uuid, executorId: id },
  { requiredKeys: ['taskId', 'state', 'source', 'timestampMs'] },
);

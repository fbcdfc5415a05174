import fc from 'fast-check';
import type { Capability, FrameworkInfo } from '@holdfast/core/offers';
import type {
  Check,
  CheckResult,
  Command,
  CommandUri,
  ExecutorInfo,
  HealthCheck,
  Probe,
  StatusReason,
  StatusSource,
  TaskInfo,
  TaskLimits,
  TaskState,
  TaskStatus,
} from '@holdfast/core/tasks';
import { minAllocatable } from './placement';
import { label, resources, singles } from './resource';
import { durationMs, id, recordOf, role, text, timeMs, uint32, uuid } from './words';

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

const uri: fc.Arbitrary<CommandUri> = recordOf<CommandUri>(
  { value: text, executable: fc.boolean(), extract: fc.boolean(), outputFile: text },
  { requiredKeys: ['value', 'executable', 'extract'] },
);

const command: fc.Arbitrary<Command> = recordOf<Command>(
  {
    shell: fc.boolean(),
    value: text,
    args: fc.array(text, { maxLength: 3 }),
    environment: fc.array(fc.record({ name: text, value: text }), { maxLength: 2 }),
    user: text,
    uris: fc.array(uri, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ['shell', 'args', 'environment'] },
);

type HttpProbe = Extract<Probe, { kind: 'http' }>;

const commandProbe = fc.record({ kind: fc.constant('command' as const), command });
const httpProbe: fc.Arbitrary<HttpProbe> = recordOf<HttpProbe>({
  kind: fc.constant('http' as const),
  scheme: fc.constantFrom('http', 'https'),
  port: uint32,
  path: text,
  statuses: fc.array(uint32, { maxLength: 2 }),
});
const tcpProbe = fc.record({ kind: fc.constant('tcp' as const), port: uint32 });
const times = { delayMs: durationMs, intervalMs: durationMs, timeoutMs: durationMs };

const healthCheck: fc.Arbitrary<HealthCheck> = recordOf<HealthCheck>({
  probe: fc.oneof(commandProbe, httpProbe, tcpProbe),
  ...times,
  consecutiveFailures: uint32,
  gracePeriodMs: durationMs,
});

/** The wire has room for neither scheme nor statuses. */
const check: fc.Arbitrary<Check> = recordOf<Check>({
  probe: fc.oneof(
    commandProbe,
    httpProbe.map((probe): HttpProbe => ({ ...probe, scheme: 'http', statuses: [] })),
    tcpProbe,
  ),
  ...times,
});

const limits: fc.Arbitrary<TaskLimits> = recordOf<TaskLimits>(
  { cpusMilli: fc.nat(), memMb: fc.oneof(fc.nat(), fc.constant('unlimited' as const)) },
  { requiredKeys: [] },
).filter((some) => Object.keys(some).length > 0);

/** Made of its fields: `wire` is empty. */
export const executor: fc.Arbitrary<ExecutorInfo> = recordOf<ExecutorInfo>(
  {
    executorId: id,
    type: fc.constantFrom('DEFAULT', 'CUSTOM'),
    name: text,
    command,
    data: fc.uint8Array({ maxLength: 20 }),
    resources,
    shutdownGraceMs: durationMs,
    labels: fc.array(label, { maxLength: 2 }),
    unsupportedFields: fc.constant<readonly string[]>([]),
    wire: fc.constant(new Uint8Array()),
  },
  { requiredKeys: ['executorId', 'type', 'resources', 'labels', 'unsupportedFields', 'wire'] },
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
    healthCheck,
    check,
    maxCompletionMs: durationMs,
    limits,
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
  'REASON_CONTAINER_LIMITATION',
  'REASON_CONTAINER_LIMITATION_DISK',
  'REASON_CONTAINER_LIMITATION_MEMORY',
  'REASON_CONTAINER_UPDATE_FAILED',
  'REASON_EXECUTOR_REGISTRATION_TIMEOUT',
  'REASON_EXECUTOR_REREGISTRATION_TIMEOUT',
  'REASON_MAX_COMPLETION_TIME_REACHED',
  'REASON_TASK_CHECK_STATUS_UPDATED',
  'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED',
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
  'REASON_CONTAINER_PREEMPTED',
  'REASON_EXECUTOR_UNREGISTERED',
  'REASON_GC_ERROR',
  'REASON_INVALID_FRAMEWORKID',
  'REASON_IO_SWITCHBOARD_EXITED',
  'REASON_MASTER_DISCONNECTED',
  'REASON_AGENT_DRAINING',
  'REASON_AGENT_REMOVED_BY_OPERATOR',
  'REASON_AGENT_UNKNOWN',
);

const checkResult: fc.Arbitrary<CheckResult> = fc.oneof(
  fc.record({ kind: fc.constant('command' as const), exitCode: fc.integer() }, { requiredKeys: ['kind'] }),
  fc.record({ kind: fc.constant('http' as const), statusCode: uint32 }, { requiredKeys: ['kind'] }),
  fc.record({ kind: fc.constant('tcp' as const), succeeded: fc.boolean() }, { requiredKeys: ['kind'] }),
);

export const status: fc.Arbitrary<TaskStatus> = recordOf<TaskStatus>(
  {
    taskId: id,
    agentId: id,
    state: taskState,
    source,
    reason,
    message: text,
    timestampMs: timeMs,
    uuid,
    executorId: id,
    healthy: fc.boolean(),
    checkResult,
    limitation: singles,
    unreachableSinceMs: timeMs,
    data: fc.uint8Array({ maxLength: 20 }),
    labels: fc.array(label, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ['taskId', 'state', 'source', 'timestampMs'] },
);

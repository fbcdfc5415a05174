import { ok, type AgentId, type FrameworkId } from '@holdfast/core/base';
import type { FrameworkInfo, LaunchGroupOperation, Operation } from '@holdfast/core/offers';
import { Resources, type Resource } from '@holdfast/core/resources';
import type { ExecutorInfo, TaskInfo, TaskState } from '@holdfast/core/tasks';
import type { ReportedTask } from '@holdfast/contracts';

export const frameworkInfo = (more: Partial<FrameworkInfo> = {}): FrameworkInfo => ({
  name: 'story',
  user: 'root',
  roles: ['eng'],
  capabilities: new Set(['SHARED_RESOURCES', 'MULTI_ROLE', 'RESERVATION_REFINEMENT', 'PARTITION_AWARE']),
  failoverTimeoutMs: 10_000,
  checkpoint: true,
  labels: [],
  ...more,
});

/** Disk reserved to `eng`. */
export const engDisk = (mb: number): Resource => ({
  name: 'disk',
  value: { kind: 'scalar', milli: mb * 1000 },
  reservations: [{ type: 'dynamic', role: 'eng' }],
  shared: false,
  revocable: false,
});

export const volume = (id: string, mb: number, shared = true): Resource => ({
  ...engDisk(mb),
  disk: { persistence: { id }, volume: { containerPath: 'data', mode: 'RW' } },
  shared,
});

export const launch = (agentId: AgentId, ...tasks: readonly (readonly [taskId: string, ...resources: Resource[]])[]): Operation => ({
  type: 'LAUNCH',
  tasks: tasks.map(([taskId, ...resources]) => ({ taskId, task: { ok: true, value: taskInfo(agentId, taskId, resources) } })),
});

export const executorInfo = (executorId: string, ...resources: readonly Resource[]): ExecutorInfo => ({
  executorId,
  type: 'DEFAULT',
  resources: Resources.of(resources),
  labels: [],
  unsupportedFields: [],
  wire: Buffer.from(executorId),
});

export const customExecutor = (executorId: string, ...resources: readonly Resource[]): ExecutorInfo => ({
  ...executorInfo(executorId, ...resources),
  type: 'CUSTOM',
  command: { shell: true, value: './executor', args: [], environment: [] },
});

/** Tasks by themselves that this executor runs. */
export const launchOn = (
  agentId: AgentId,
  executor: ExecutorInfo,
  ...tasks: readonly (readonly [taskId: string, ...resources: Resource[]])[]
): Operation => ({
  type: 'LAUNCH',
  tasks: tasks.map(([taskId, ...resources]) => {
    const { command: _, ...info } = taskInfo(agentId, taskId, resources);
    return { taskId, task: ok({ ...info, executor }) };
  }),
});

export const launchGroup = (
  agentId: AgentId,
  executor: ExecutorInfo,
  ...tasks: readonly (readonly [taskId: string, ...resources: Resource[]])[]
): LaunchGroupOperation => ({
  type: 'LAUNCH_GROUP',
  executor,
  tasks: tasks.map(([taskId, ...resources]) => ({ taskId, task: ok(taskInfo(agentId, taskId, resources)) })),
});

export const reportedTask = (
  agentId: AgentId,
  taskId: string,
  state: TaskState,
  resources: readonly Resource[],
  frameworkId: FrameworkId,
): ReportedTask => ({
  framework: frameworkInfo({ id: frameworkId }),
  info: taskInfo(agentId, taskId, resources),
  launchId: `launch-${taskId}`,
  state,
});

const taskInfo = (agentId: AgentId, taskId: string, resources: readonly Resource[]): TaskInfo => ({
  taskId,
  name: taskId,
  agentId,
  resources: Resources.of(resources).allocate('eng'),
  command: { shell: true, value: 'true', args: [], environment: [] },
  labels: [],
  unsupportedFields: [],
  wire: new Uint8Array(),
});

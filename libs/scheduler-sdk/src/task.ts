import type { AccessMode, AgentId, TaskId } from '@holdfast/core/base';
import { Resources, toMilli, unallocated, type Label, type Resource } from '@holdfast/core/resources';
import type { ExecutorInfo, TaskInfo, TaskLimits } from '@holdfast/core/tasks';
import { checkOf, healthCheckOf, type CheckOptions, type HealthCheckOptions } from './checks';
import { commandOf, type CommandOptions } from './command';
import { cpus, disk, mem, mounted } from './resources';

/** A volume as this task wants to see it. */
export interface TaskVolume {
  readonly volume: Resource;
  readonly mode: AccessMode;
  /** Relative to the sandbox; by default the path that the volume was created with. */
  readonly containerPath?: string;
}

/** What a task is, whoever runs it. */
interface Described {
  readonly id: TaskId;
  readonly agentId: AgentId;
  readonly name?: string;
  readonly cpus: number;
  readonly memMb: number;
  readonly diskMb?: number;
  /** Anything else, or reserved amounts. */
  readonly resources?: readonly Resource[];
  readonly volumes?: readonly TaskVolume[];
  /** Between SIGTERM and SIGKILL when it is killed. */
  readonly killGraceMs?: number;
  readonly labels?: readonly Label[];
}

export interface TaskOptions extends Described, CommandOptions {
  /** Kills it when it fails too often. */
  readonly healthCheck?: HealthCheckOptions;
  /** Its result goes into the statuses of the task. */
  readonly check?: CheckOptions;
  /** From its start; then it is killed and has failed. */
  readonly maxCompletionMs?: number;
  /** What it may use beyond what it asks for. */
  readonly limits?: { readonly cpus?: number; readonly memMb?: number | 'unlimited' };
}

/** A task to launch on the agent of an offer. */
export function task(options: TaskOptions): TaskInfo {
  const { healthCheck, check, maxCompletionMs, limits } = options;
  return {
    ...described(options),
    command: commandOf(options),
    ...(healthCheck === undefined ? {} : { healthCheck: healthCheckOf(healthCheck) }),
    ...(check === undefined ? {} : { check: checkOf(check) }),
    ...(maxCompletionMs === undefined ? {} : { maxCompletionMs }),
    ...(limits === undefined ? {} : { limits: limitsOf(limits) }),
  };
}

export interface ExecutorTaskOptions extends Described {
  readonly executor: ExecutorInfo;
  /** What the executor makes of it is its own affair. */
  readonly data?: Uint8Array;
}

/** A task that an executor of the framework's own runs. */
export const executorTask = (options: ExecutorTaskOptions): TaskInfo => ({
  ...described(options),
  executor: options.executor,
  ...(options.data === undefined ? {} : { data: options.data }),
});

const limitsOf = ({ cpus: cores, memMb }: NonNullable<TaskOptions['limits']>): TaskLimits => ({
  ...(cores === undefined ? {} : { cpusMilli: toMilli(cores) }),
  ...(memMb === undefined ? {} : { memMb }),
});

function described(options: Described): TaskInfo {
  const { id, agentId, name = id, killGraceMs, labels = [] } = options;
  return {
    taskId: id,
    name,
    agentId,
    resources: Resources.of([
      cpus(options.cpus),
      mem(options.memMb),
      ...(options.diskMb === undefined ? [] : [disk(options.diskMb)]),
      ...(options.resources ?? []).map(unallocated),
      ...(options.volumes ?? []).map(({ volume, mode, containerPath }) =>
        mounted(volume, { mode, ...(containerPath === undefined ? {} : { containerPath }) }),
      ),
    ]),
    ...(killGraceMs === undefined ? {} : { killGraceMs }),
    labels,
    unsupportedFields: [],
    wire: new Uint8Array(),
  };
}

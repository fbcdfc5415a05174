import type { AccessMode, AgentId, ExecutorId, TaskId } from '@holdfast/core/base';
import { Resources, unallocated, type Label, type Resource } from '@holdfast/core/resources';
import type { ExecutorInfo, TaskInfo } from '@holdfast/core/tasks';
import { cpus, disk, mem, mounted } from './resources';

/** A volume as this task wants to see it. */
export interface TaskVolume {
  readonly volume: Resource;
  readonly mode: AccessMode;
  /** Relative to the sandbox; by default the path that the volume was created with. */
  readonly containerPath?: string;
}

export interface TaskOptions {
  readonly id: TaskId;
  readonly agentId: AgentId;
  readonly name?: string;
  readonly cpus: number;
  readonly memMb: number;
  readonly diskMb?: number;
  /** Anything else, or reserved amounts. */
  readonly resources?: readonly Resource[];
  readonly volumes?: readonly TaskVolume[];
  /** A line for `/bin/sh -c`, or a program with its whole argument vector (its own name first). */
  readonly command: string | { readonly program: string; readonly args: readonly string[] };
  readonly environment?: Readonly<Record<string, string>>;
  /** Between SIGTERM and SIGKILL when it is killed. */
  readonly killGraceMs?: number;
  readonly labels?: readonly Label[];
}

/** A task to launch on the agent of an offer. */
export function task(options: TaskOptions): TaskInfo {
  const { id, agentId, name = id, command, environment = {}, killGraceMs, labels = [] } = options;
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
    command: {
      ...(typeof command === 'string'
        ? { shell: true, value: command, args: [] }
        : { shell: false, value: command.program, args: command.args }),
      environment: Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
    },
    ...(killGraceMs === undefined ? {} : { killGraceMs }),
    labels,
    unsupportedFields: [],
    wire: new Uint8Array(),
  };
}

export interface ExecutorOptions {
  readonly id: ExecutorId;
  readonly name?: string;
  /** What the executor takes beside its tasks, from the first to the end of the last; a group needs 0.01 cpus, 32 MB and some disk (D-037). */
  readonly cpus?: number;
  readonly memMb?: number;
  readonly diskMb?: number;
  /** Between SIGTERM and SIGKILL when it is shut down. */
  readonly shutdownGraceMs?: number;
  readonly labels?: readonly Label[];
}

/** The executor that is built in: it runs the tasks of a group. */
export const defaultExecutor = ({
  id,
  name,
  cpus: cores = 0.01,
  memMb = 32,
  diskMb = 1,
  shutdownGraceMs,
  labels = [],
}: ExecutorOptions): ExecutorInfo => ({
  executorId: id,
  type: 'DEFAULT',
  ...(name === undefined ? {} : { name }),
  resources: Resources.of([cpus(cores), mem(memMb), disk(diskMb)]),
  ...(shutdownGraceMs === undefined ? {} : { shutdownGraceMs }),
  labels,
  unsupportedFields: [],
  wire: new Uint8Array(),
});

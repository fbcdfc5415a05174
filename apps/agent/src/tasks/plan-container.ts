import type { AgentId } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import { MILLI } from '@holdfast/core/resources';
import type { Command, TaskInfo } from '@holdfast/core/tasks';
import { type ContainerLimits, type ContainerSpec, taskEnvironment } from '../containers';
import type { PreparedVolumes } from '../volume-access';
import type { LaunchRecord } from './launch-record';
import { shutdownGraceMs } from './shutdown-grace';

export interface ContainerSurroundings {
  readonly agentId: AgentId;
  /** `host:port` of the agent's HTTP port. */
  readonly endpoint: string;
  readonly killGraceMs: number;
  /** Run tasks that name no user as their framework's. */
  readonly switchUser: boolean;
  /** Who the agent runs as. */
  readonly ownUser: string;
  /** Whether it may become anybody else. */
  readonly isRoot: boolean;
  /** Tasks get no more of the processors than they have asked for, also when more is free. */
  readonly isCpuBounded: boolean;
  /** Processes and threads that a task may have at once. */
  readonly processesPerTask: number;
}

/** Who a task is to run as; undefined: as the agent does. */
export function userOf(
  { framework, info }: { readonly framework: FrameworkInfo; readonly info: Pick<TaskInfo, 'command' | 'executor'> },
  { switchUser, ownUser }: Pick<ContainerSurroundings, 'switchUser' | 'ownUser'>,
): string | undefined {
  const command = info.executor?.type === 'CUSTOM' ? info.executor.command : info.command;
  const user = command?.user || (switchUser ? framework.user : '');
  return user === '' || user === ownUser ? undefined : user;
}

/** The least memory that a container is given, however little its task has asked for: less would not hold the shells around its command. */
const LEAST_MEMORY_MB = 32;
const BYTES_PER_MB = 1024 * 1024;
/** The least weight of a container when processors are contended. */
const LEAST_CPU_MILLI = 10;

/** What a task may use: what it has asked for, or its limits where it has set some (D-039). */
export function limitsOf(
  { resources, limits = {} }: Pick<TaskInfo, 'resources' | 'limits'>,
  { isCpuBounded, processesPerTask }: Pick<ContainerSurroundings, 'isCpuBounded' | 'processesPerTask'>,
): ContainerLimits {
  const asked = resources.scalars();
  const cpuMilli = Math.max(asked.get('cpus') ?? 0, LEAST_CPU_MILLI);
  const cpuAtMostMilli = limits.cpusMilli ?? (isCpuBounded ? cpuMilli : undefined);
  const memoryMb = limits.memMb ?? (asked.get('mem') ?? 0) / MILLI;
  return {
    cpuMilli,
    ...(cpuAtMostMilli !== undefined && { cpuAtMostMilli }),
    ...(memoryMb !== 'unlimited' && { memoryBytes: Math.round(Math.max(memoryMb, LEAST_MEMORY_MB) * BYTES_PER_MB) }),
    processes: processesPerTask,
  };
}

/** How a command is started. The first argument of a program is its own name. */
export const commandOf = ({ shell, value = '', args }: Command): ContainerSpec['command'] =>
  shell ? { line: value } : { program: value, args: args.slice(1) };

/** The container for a launch. */
export function planContainer(record: LaunchRecord, { mounts, groups }: PreparedVolumes, around: ContainerSurroundings): ContainerSpec {
  const { framework, info, launchId, isolation, sandbox } = record;
  const { command } = info;
  const user = userOf(record, around);
  return {
    launchId,
    label: `${framework.id}/${info.taskId}`,
    isolation,
    sandbox,
    mounts,
    command: command ? commandOf(command) : { line: '' },
    environment: taskEnvironment({
      ...around,
      framework,
      info,
      sandbox,
      shutdownGraceMs: info.executor ? shutdownGraceMs(info.executor) : around.killGraceMs,
    }),
    limits: limitsOf(info, around),
    ...(command?.uris && { uris: command.uris }),
    ...(user !== undefined && { user }),
    ...(user !== undefined && groups.length > 0 && { groups }),
  };
}

import type { AgentId } from '@holdfast/core/base';
import type { TaskVolume } from '@holdfast/core/tasks';
import { type ContainerMount, type ContainerSpec, taskEnvironment } from '../containers';
import { DiskFault, type VolumeDirectories } from '../disks';
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
}

/** Who a task is to run as; undefined: as the agent does. */
export function userOf(
  { framework, info }: Pick<LaunchRecord, 'framework' | 'info'>,
  { switchUser, ownUser }: Pick<ContainerSurroundings, 'switchUser' | 'ownUser'>,
): string | undefined {
  const user = info.command?.user || (switchUser ? framework.user : '');
  return user === '' || user === ownUser ? undefined : user;
}

/** Where each volume of a launch lies and is to appear. Throws DiskFault if one cannot be located. */
export function planMounts(
  volumes: readonly TaskVolume[],
  directories: VolumeDirectories,
  isUsedByOthers: (volume: TaskVolume) => boolean,
): readonly ContainerMount[] {
  return volumes.map((taskVolume) => {
    const { volume, resource, containerPath, mode } = taskVolume;
    const located = directories.pathOf(resource);
    if (!located.ok) throw new DiskFault(located.refusal.message);
    // What others already work with keeps its owner.
    return { name: volume, source: located.value.path, containerPath, mode, isGivenToUser: mode === 'RW' && !isUsedByOthers(taskVolume) };
  });
}

/** Throws DiskFault unless all data is where it should be: mounting must not be the first to find out. */
export async function requireVolumes(volumes: readonly TaskVolume[], directories: VolumeDirectories): Promise<void> {
  for (const { resource } of volumes) {
    const located = directories.pathOf(resource);
    if (!located.ok) throw new DiskFault(located.refusal.message);
    await directories.require(located.value);
  }
}

/** The container for a launch. */
export function planContainer(record: LaunchRecord, mounts: readonly ContainerMount[], around: ContainerSurroundings): ContainerSpec {
  const { framework, info, launchId, isolation, sandbox } = record;
  const { command } = info;
  const user = userOf(record, around);
  const value = command?.value ?? '';
  return {
    launchId,
    label: `${framework.id}/${info.taskId}`,
    isolation,
    sandbox,
    mounts,
    command: command?.shell === false ? { program: value, args: command.args.slice(1) } : { line: value },
    environment: taskEnvironment({
      ...around,
      framework,
      info,
      sandbox,
      shutdownGraceMs: info.executor ? shutdownGraceMs(info.executor) : around.killGraceMs,
    }),
    ...(user !== undefined && { user }),
  };
}

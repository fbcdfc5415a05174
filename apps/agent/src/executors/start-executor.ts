import type { Resources } from '@holdfast/core/resources';
import type { TaskVolume } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';
import { type Container, LaunchFault } from '../containers';
import { DiskFault } from '../disks';
import { describeFault, faultCode } from '../files';
import { clearSandbox, commandOf, launchFailed, limitsOf, makeSandbox, shutdownGraceMs, type TaskEnd, userOf } from '../tasks';
import type { PreparedVolumes } from '../volume-access';
import type { ExecutorDeps } from './executor-deps';
import { executorEnvironment } from './executor-environment';
import { type ExecutorRecord, refOf } from './executor-record';
import type { ContainerSpec } from '../containers';

export interface ExecutorStart {
  readonly record: ExecutorRecord;
  /** Of its first tasks; all that will ever be mounted. */
  readonly volumes: readonly TaskVolume[];
  /** Of itself and its first tasks. */
  readonly resources: Resources;
  readonly isUsedByOthers: (volume: VolumeKey) => boolean;
  /** Written by the container and its spawner. */
  readonly log: string;
}

/** Makes the sandbox of an executor and starts its container; or why the tasks that it was started for cannot run. */
export async function startExecutor(start: ExecutorStart, deps: ExecutorDeps): Promise<Container | TaskEnd> {
  const { record, volumes, isUsedByOthers, log } = start;
  try {
    const prepared = await deps.access.prepare(volumes, userOfExecutor(record, deps), isUsedByOthers);
    await makeSandbox(record, prepared.mounts);
    return await deps.runtime.launch(planExecutor(start, prepared, deps), log);
  } catch (fault) {
    if (fault instanceof LaunchFault || fault instanceof DiskFault) return launchFailed(fault.message);
    if (faultCode(fault) === undefined) throw fault;
    return launchFailed(describeFault(fault));
  }
}

const userOfExecutor = ({ framework, info }: ExecutorRecord, { settings }: ExecutorDeps): string | undefined =>
  userOf({ framework, info: { executor: { ...info, type: 'CUSTOM' } } }, settings);

function planExecutor({ record, resources }: ExecutorStart, { mounts, groups }: PreparedVolumes, deps: ExecutorDeps): ContainerSpec {
  const { framework, info, runId, isolation, sandbox } = record;
  const { command } = info;
  const { settings, agentId, times } = deps;
  const user = userOfExecutor(record, deps);
  return {
    launchId: runId,
    label: `${framework.id}/${info.executorId}`,
    isolation,
    sandbox,
    mounts,
    command: command ? commandOf(command) : { line: '' },
    environment: executorEnvironment({
      agentId: agentId(),
      framework,
      info,
      sandbox,
      endpoint: settings.endpoint,
      shutdownGraceMs: shutdownGraceMs(info),
      reregistrationTimeoutMs: times.reregistrationTimeoutMs,
    }),
    limits: limitsOf({ resources }, settings),
    ...(command?.uris && { uris: command.uris }),
    ...(user !== undefined && { user }),
    ...(user !== undefined && groups.length > 0 && { groups }),
  };
}

/** What it and the tasks that it has may use together from now on. */
export function adjustLimits(container: Container, record: ExecutorRecord, resources: Resources, deps: ExecutorDeps): void {
  const { log, runtime, settings } = deps;
  try {
    runtime.setLimits(container, limitsOf({ resources }, settings));
  } catch (fault) {
    // More memory is in use than is left to it when a task is over; until it gives that back it may keep it.
    log.info({ err: fault, ...refOf(record) }, 'the limits of an executor could not be adjusted');
  }
}

/** Takes the volumes of these tasks out of the sandbox of an executor that is gone. */
export async function clearExecutor(record: ExecutorRecord, volumes: readonly TaskVolume[], deps: ExecutorDeps): Promise<void> {
  const { access, log, world } = deps;
  try {
    await clearSandbox(record, record.isolation === 'plain' ? access.locate(volumes) : [], world.nowMs());
  } catch (fault) {
    // It was never made.
    if (faultCode(fault) === 'ENOENT' || fault instanceof DiskFault) return;
    log.warn({ err: fault, executorId: record.info.executorId }, 'the sandbox of an executor could not be cleared');
  }
}

import { type Container, LaunchFault } from '../containers';
import { DiskFault } from '../disks';
import { describeFault, faultCode } from '../files';
import { launchFailed, type TaskEnd } from './end-status';
import type { KeptTask } from './kept-task';
import type { LaunchDeps } from './launch-deps';
import { planContainer, userOf } from './plan-container';
import { makeSandbox } from './sandbox';

export interface ContainerFiles {
  readonly log: string;
  /** Of a task in a group. */
  readonly gate?: string;
}

/** Makes the sandbox of a task and starts its container; or how the task ends, because that does not work or is not wanted any more. */
export async function setUpContainer(
  task: KeptTask,
  { log, gate }: ContainerFiles,
  killed: () => TaskEnd | undefined,
  deps: LaunchDeps,
): Promise<Container | TaskEnd> {
  const { runtime, settings, access, agentId, isUsedByOthers } = deps;
  try {
    const user = userOf(task.record, settings);
    const volumes = await access.prepare(task.volumes, user, (volume) => isUsedByOthers(task, volume));
    await makeSandbox(task.record, volumes.mounts);
    const end = killed();
    if (end) return end;
    const spec = planContainer(task.record, volumes, { ...settings, agentId: agentId() });
    return await runtime.launch(gate === undefined ? spec : { ...spec, gate }, log);
  } catch (fault) {
    if (fault instanceof LaunchFault || fault instanceof DiskFault) return launchFailed(fault.message);
    if (faultCode(fault) === undefined) throw fault;
    return launchFailed(
      faultCode(fault) === 'EEXIST' ? 'its sandbox is there already: this launch has been made before' : describeFault(fault),
    );
  }
}

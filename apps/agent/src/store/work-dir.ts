import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describeFault, makeDirectories } from '../files';
import { StartFault } from './start-fault';

/** Where everything of one agent lies. */
export interface WorkDir {
  readonly root: string;
  /** What the agent must remember. */
  readonly meta: string;
  /** Committed reservations and volumes, and the change that is being made. */
  readonly resources: string;
  /** One directory per launch whose end the master has not yet confirmed. */
  readonly tasks: string;
  /** Working directories of tasks: `<framework>/<task>/<launch>`. */
  readonly sandboxes: string;
}

/** Makes the directories that are missing. Throws StartFault with a sentence if the disk does not allow it. */
export async function openWorkDir(path: string): Promise<WorkDir> {
  try {
    await makeDirectories(resolve(path));
    // Without links on the way, as the system's table of mounts has it.
    const root = await realpath(path);
    const meta = join(root, 'meta');
    const dir: WorkDir = { root, meta, resources: join(meta, 'resources'), tasks: join(meta, 'tasks'), sandboxes: join(root, 'sandboxes') };
    await makeDirectories(dir.sandboxes);
    for (const own of [dir.meta, dir.resources, dir.tasks]) await makeDirectories(own, 0o700);
    return dir;
  } catch (fault) {
    throw unusable(resolve(path), fault);
  }
}

/** The sentence for a work directory that cannot be written. */
export const unusable = (root: string, fault: unknown): StartFault =>
  new StartFault(
    `The work directory ${root} cannot be used: ${describeFault(fault)}. Free space or allow writing there, or choose another one with HOLDFAST_AGENT_WORK_DIR.`,
    fault,
  );

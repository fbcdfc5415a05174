import { mkdir, readlink, symlink, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../files';
import type { ContainerMount, Isolation } from '../containers';

/** Where a launch works and leaves its output. */
export interface Sandbox {
  readonly sandbox: string;
  readonly isolation: Isolation;
}

/**
 * Makes a fresh sandbox with a place for each volume: a directory to mount on, or a link to the volume. Throws EEXIST if
 * there is one already: this launch has been made before.
 */
export async function makeSandbox({ sandbox: path, isolation }: Sandbox, mounts: readonly ContainerMount[]): Promise<void> {
  await makeDirectories(dirname(path));
  await mkdir(path, { mode: 0o755 });
  for (const { source, containerPath } of mounts) {
    const place = placeOf(path, containerPath);
    if (isolation === 'namespaces') await makeDirectories(place);
    else {
      await makeDirectories(dirname(place));
      await symlink(source, place);
    }
  }
}

/** Takes the volumes out of the sandbox of a container that is gone. Mounts have gone with it. */
export async function clearSandbox({ sandbox: path, isolation }: Sandbox, mounts: readonly ContainerMount[], nowMs: number): Promise<void> {
  if (isolation === 'plain') {
    for (const { source, containerPath } of mounts) {
      const place = placeOf(path, containerPath);
      // Only what we put there: the task could have put something else in its place, or moved the way to it.
      if ((await readlink(place).catch(() => undefined)) === source) await unlink(place);
    }
  }
  // How long a sandbox is kept counts from here.
  await utimes(path, nowMs / 1000, nowMs / 1000);
}

/** Without a slash at the end, which would mean what a link leads to. */
const placeOf = (sandbox: string, containerPath: string): string => join(sandbox, ...containerPath.split('/'));

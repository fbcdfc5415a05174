import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { Resources } from '@holdfast/core/resources';

/**
 * The directories that containers are not to see, except for their own sandbox and volumes: the work directory, and the roots of the PATH
 * and MOUNT disks outside of it. Absolute, without links on the way, none inside another. A root whose disk is not mounted may be missing.
 */
export async function hiddenRoots(workDir: string, configured: Resources): Promise<readonly string[]> {
  const roots = new Set<string>();
  for (const { disk } of configured.toList()) {
    const { type, root } = disk?.source ?? {};
    if (root === undefined || root === '' || (type !== 'PATH' && type !== 'MOUNT')) continue;
    const path = resolve(workDir, root);
    // A PATH disk may be all of the machine's disk; then what is ours in it is hidden, and not the programs.
    roots.add(path === sep ? resolve(path, 'volumes') : path);
  }
  const real = await Promise.all([resolve(workDir), ...roots].map((path) => realpath(path).catch(() => path)));
  const distinct = [...new Set(real)];
  return distinct.filter((path) => !distinct.some((other) => path !== other && path.startsWith(other + sep)));
}

import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

const MOUNT = '/sys/fs/cgroup';

/** The store ids of agents that have worked in this directory, or in one just below it. */
export function storeIdsBelow(directory: string): readonly string[] {
  const inside = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [directory, ...inside.map(({ name }) => join(directory, name))]
    .map((workDir) => join(workDir, 'meta/store-id'))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8').trim())
    .filter((storeId) => /^[\w-]+$/.test(storeId));
}

/** Removes the control groups of an agent that was killed and so could not; those in which something still runs stay. */
export function removeControlGroups(storeId: string): void {
  const hierarchies = existsSync(MOUNT) ? ['', ...readdirSync(MOUNT)] : [];
  for (const root of hierarchies.map((hierarchy) => join(MOUNT, hierarchy, 'holdfast', storeId))) {
    if (existsSync(root)) removeEmpty(root);
  }
}

function removeEmpty(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) if (entry.isDirectory()) removeEmpty(join(group, entry.name));
  try {
    rmdirSync(group);
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException;
    if (code !== 'EBUSY' && code !== 'ENOENT') throw fault;
  }
}

import { readdir, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '@holdfast/core/base';
import type { Logger } from '@holdfast/platform/process';
import { faultCode } from '../files';

export interface SandboxCleanerDeps {
  readonly sandboxes: string;
  readonly keepMs: number;
  /** Whether the sandbox belongs to a task that is not over, or whose end is not confirmed. */
  readonly isInUse: (sandbox: string) => boolean;
  readonly world: World;
  readonly log: Logger;
}

const CHECK_INTERVAL_MS = 60_000;
/** Of the disk; from here on nothing is kept. */
const HEADROOM = 0.1;

/** Removes the sandboxes of ended tasks after a while, the sooner the fuller the disk. Volumes are never among them. Returns what stops it. */
export function startSandboxCleaner(deps: SandboxCleanerDeps): () => void {
  let isCleaning = false;
  return deps.world.every(CHECK_INTERVAL_MS, () => {
    if (isCleaning) return;
    isCleaning = true;
    cleanSandboxes(deps)
      .catch((fault: unknown) => deps.log.warn({ err: fault }, 'old sandboxes could not be removed'))
      .finally(() => (isCleaning = false));
  });
}

/** One round of it. */
export async function cleanSandboxes(deps: SandboxCleanerDeps): Promise<void> {
  const { sandboxes, world, isInUse } = deps;
  const endedBeforeMs = world.nowMs() - deps.keepMs * keptShare(await usedShare(sandboxes));
  for (const framework of await readdir(sandboxes)) {
    for (const task of await readdir(join(sandboxes, framework))) {
      const runs = join(sandboxes, framework, task);
      for (const launch of await readdir(runs)) {
        const sandbox = join(runs, launch);
        if (!isInUse(sandbox) && (await stat(sandbox)).mtimeMs < endedBeforeMs) await rm(sandbox, { recursive: true, force: true });
      }
      await removeIfEmpty(runs);
    }
    await removeIfEmpty(join(sandboxes, framework));
  }
}

/** Of the time that sandboxes are kept when the disk is empty. */
export const keptShare = (usedShare: number): number => Math.max(0, 1 - HEADROOM - usedShare);

async function usedShare(path: string): Promise<number> {
  const { blocks, bavail } = await statfs(path);
  return blocks === 0 ? 0 : 1 - bavail / blocks;
}

async function removeIfEmpty(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (fault) {
    if (faultCode(fault) !== 'ENOTEMPTY') throw fault;
  }
}

import { readdir, rmdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '@holdfast/core/base';
import type { Logger } from '@holdfast/platform/process';
import { deleteSandbox } from '../disks';
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
  const startMs = deps.world.nowMs();
  let rounds = 0;
  return deps.world.every(CHECK_INTERVAL_MS, () => {
    rounds++;
    if (isCleaning) return;
    isCleaning = true;
    cleanSandboxes(deps, nowForAges(startMs, rounds * CHECK_INTERVAL_MS, deps.world.nowMs()))
      .catch((fault: unknown) => deps.log.warn({ err: fault }, 'old sandboxes could not be removed'))
      .finally(() => (isCleaning = false));
  });
}

/** The earlier of what the clock says and what has passed: a clock that is set forward makes nothing old, nor does one that was set back. */
export const nowForAges = (startMs: number, passedMs: number, clockMs: number): number => Math.min(clockMs, startMs + passedMs);

/** One round of it. */
export async function cleanSandboxes(deps: SandboxCleanerDeps, nowMs = deps.world.nowMs()): Promise<void> {
  const { sandboxes, isInUse, log } = deps;
  const share = keptShare(await usedShare(sandboxes));
  // On a full disk nothing is kept, whenever it ended.
  const endedBeforeMs = share === 0 ? Infinity : nowMs - deps.keepMs * share;
  for (const framework of await readdir(sandboxes)) {
    for (const task of await readdir(join(sandboxes, framework))) {
      const runs = join(sandboxes, framework, task);
      for (const launch of await readdir(runs)) {
        const sandbox = join(runs, launch);
        if (!isInUse(sandbox) && (await stat(sandbox)).mtimeMs < endedBeforeMs) await remove(sandbox, log);
      }
      await removeIfEmpty(runs);
    }
    await removeIfEmpty(join(sandboxes, framework));
  }
}

/** One that cannot be removed does not keep the others. */
async function remove(sandbox: string, log: Logger): Promise<void> {
  try {
    await deleteSandbox(sandbox);
  } catch (fault) {
    log.warn({ err: fault, sandbox }, 'an old sandbox could not be removed');
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

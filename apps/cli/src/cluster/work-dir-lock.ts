import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export class WorkDirInUseError extends Error {
  override readonly name = 'WorkDirInUseError';
}

/** A process, told apart from a later one with the same pid by when it started. */
interface ProcessMark {
  readonly pid: number;
  readonly started: string;
}

interface LockEntry {
  readonly supervisor: ProcessMark;
  /** Ends what a killed supervisor left behind; while it lives, so may they. */
  readonly guard?: ProcessMark;
}

const LOCK = 'cluster.lock';
const LEFTOVERS_TIMEOUT_MS = 25_000;
const LEFTOVERS_CHECK_MS = 100;

/**
 * Makes sure that one supervisor at a time uses a work directory: two Redis servers over one append-only file would ruin it.
 * Where a supervisor was killed, waits until its guard has ended what it left.
 */
export async function lockWorkDir(
  workDir: string,
  { guardPid, onWaiting }: { readonly guardPid: number | undefined; readonly onWaiting: () => void },
): Promise<() => Promise<void>> {
  await mkdir(workDir, { recursive: true });
  const file = join(workDir, LOCK);
  const mine: LockEntry = { supervisor: mark(process.pid), ...(guardPid === undefined ? {} : { guard: mark(guardPid) }) };
  for (;;) {
    try {
      await writeFile(file, JSON.stringify(mine), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const other = await readLock(file);
    if (other !== undefined && lives(other.supervisor)) {
      throw new WorkDirInUseError(
        `${workDir} is in use by another cluster (process ${other.supervisor.pid}). Stop that one, or choose another directory with --work-dir.`,
      );
    }
    if (other?.guard !== undefined && lives(other.guard)) {
      onWaiting();
      await untilGone(other.guard, workDir);
    }
    await rm(file, { force: true });
  }
}

/** Another's child announces its end to nobody but its parent, so it can only be asked after. */
async function untilGone(guard: ProcessMark, workDir: string): Promise<void> {
  const deadlineMs = Date.now() + LEFTOVERS_TIMEOUT_MS;
  while (lives(guard)) {
    if (Date.now() > deadlineMs)
      throw new WorkDirInUseError(`Processes of an earlier cluster in ${workDir} do not end (see process ${guard.pid}).`);
    await pause(LEFTOVERS_CHECK_MS);
  }
}

async function readLock(file: string): Promise<LockEntry | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LockEntry;
  } catch {
    // Removed meanwhile, or cut off by a crash while it was written: no living owner either way.
    return undefined;
  }
}

const mark = (pid: number): ProcessMark => ({ pid, started: startedAt(pid) ?? '' });
const lives = ({ pid, started }: ProcessMark): boolean => startedAt(pid) === started;

/** When a process started, in whatever unit the system has; `undefined` if there is none. */
function startedAt(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    const [state] = afterName;
    // Field 22 of the line; the name, which may hold spaces, and the pid before it are cut off.
    return state === 'Z' ? undefined : afterName[19];
  } catch {
    return undefined;
  }
}

import { link, readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faultCode, readIfPresent, replaceFile } from '../files';
import { isAlive, markOf, type ProcessMark } from '../processes';
import { StartFault } from './start-fault';
import { unusable, type WorkDir } from './work-dir';

interface LockEntry extends ProcessMark {
  readonly bootId: string;
}

const NO_OWNER = JSON.stringify({ pid: 0, startTicks: 0, bootId: '' } satisfies LockEntry);

/**
 * Makes this process the only agent on the work directory, until the returned function is called or the process ends; throws StartFault
 * with the other's pid if there is one.
 *
 * A lock is a file `lock.<n>` that names its owner; the highest one counts. A dead owner's file is not replaced, since two newcomers
 * could each throw out what the other has just put there: the next number is taken, which only one of them can, and lower ones go
 * afterwards. For the same reason nobody removes his own on leaving, but only writes that it has no owner any more.
 */
export async function lockWorkDir(dir: WorkDir, bootId: string): Promise<() => Promise<void>> {
  const mine: LockEntry = { pid: process.pid, startTicks: markOf(process.pid)?.startTicks ?? 0, bootId };
  const draft = join(dir.meta, `lock-draft-${process.pid}`);
  try {
    await writeFile(draft, JSON.stringify(mine));
    for (;;) {
      const taken = await takeNext(dir, draft, bootId);
      if (taken !== undefined) return () => replaceFile(path(dir, taken), NO_OWNER);
    }
  } catch (fault) {
    throw fault instanceof StartFault ? fault : unusable(dir.root, fault);
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

/** The number taken; undefined: another newcomer was faster, look again. */
async function takeNext(dir: WorkDir, draft: string, bootId: string): Promise<number | undefined> {
  const highest = (await numbers(dir)).at(-1) ?? 0;
  if (highest > 0) await refuseIfOwned(dir, highest, bootId);
  const next = highest + 1;
  try {
    // Unlike a rename, a link never replaces; unlike an exclusive creation, the file is whole from its first moment.
    await link(draft, path(dir, next));
  } catch (fault) {
    if (faultCode(fault) === 'EEXIST') return undefined;
    throw fault;
  }
  const all = await numbers(dir);
  if (all.some((number) => number > next)) {
    // Between our look and our link someone took this number and left again, and the next one has an owner.
    await unlink(path(dir, next));
    return undefined;
  }
  for (const number of all) if (number < next) await unlink(path(dir, number)).catch(() => undefined);
  return next;
}

async function refuseIfOwned(dir: WorkDir, number: number, bootId: string): Promise<void> {
  const text = await readIfPresent(path(dir, number));
  const owner = text === undefined ? undefined : parse(text);
  if (!owner || owner.bootId !== bootId || !isAlive(owner)) return;
  throw new StartFault(
    `Another agent (process ${owner.pid}) uses the work directory ${dir.root}. Stop it first, or give this agent a directory of its own with HOLDFAST_AGENT_WORK_DIR.`,
  );
}

function parse(text: string): LockEntry | undefined {
  try {
    return JSON.parse(text) as LockEntry;
  } catch {
    // Cut off by a power cut; its owner did not survive that.
    return undefined;
  }
}

const path = (dir: WorkDir, number: number): string => join(dir.meta, `lock.${number}`);

async function numbers(dir: WorkDir): Promise<readonly number[]> {
  const found = (await readdir(dir.meta)).map((name) => /^lock\.(\d+)$/.exec(name)?.[1]).filter((digits) => digits !== undefined);
  return found.map(Number).sort((a, b) => a - b);
}

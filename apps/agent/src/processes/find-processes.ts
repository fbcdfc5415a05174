import { readdirSync, readFileSync } from 'node:fs';
import { HAS_PROC, liveProcess, parentOf } from './process-mark';

export interface ProcessSearch {
  readonly session?: number;
  /** `NAME=value`, as it stood in the environment that the process was started with. */
  readonly variable?: string;
  /** Earlier ones are left out, which saves looking at most of a machine's processes more closely. */
  readonly startedSinceTicks?: number;
}

/** The live processes of a session, and those that carry a variable. */
export const findProcesses = (search: ProcessSearch): readonly number[] => findForAll([search])[0] ?? [];

/** The same for many searches in one look through the process table; results[i] answers searches[i]. */
export function findForAll(searches: readonly ProcessSearch[]): readonly (readonly number[])[] {
  const results: number[][] = searches.map(() => []);
  if (!HAS_PROC) return results;
  const bySession = positionsBy(searches, ({ session }) => session);
  const byVariable = positionsBy(searches, ({ variable }) => variable);
  const names = new Set([...byVariable.keys()].map((variable) => variable.slice(0, variable.indexOf('=') + 1)));
  const sinceTicks = Math.min(...searches.map(({ startedSinceTicks = 0 }) => startedSinceTicks));
  for (const pid of allPids()) {
    const process = liveProcess(pid);
    if (process === undefined || process.startTicks < sinceTicks) continue;
    const positions = new Set(bySession.get(process.session));
    for (const variable of variablesOf(pid, names)) for (const at of byVariable.get(variable) ?? []) positions.add(at);
    for (const at of positions) if (process.startTicks >= (searches[at]?.startedSinceTicks ?? 0)) results[at]?.push(pid);
  }
  return results;
}

function positionsBy<T>(
  searches: readonly ProcessSearch[],
  keyOf: (search: ProcessSearch) => T | undefined,
): ReadonlyMap<T, readonly number[]> {
  const positions = new Map<T, number[]>();
  for (const [at, search] of searches.entries()) {
    const key = keyOf(search);
    if (key !== undefined) positions.set(key, [...(positions.get(key) ?? []), at]);
  }
  return positions;
}

/** The processes whose parent is `pid`, while it lives. */
export function childrenOf(pid: number): readonly number[] {
  if (!HAS_PROC) return [];
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
  } catch {
    // A kernel without CONFIG_PROC_CHILDREN, or the process is gone; then nobody names it as a parent.
    return allPids().filter((candidate) => parentOf(candidate) === pid);
  }
}

const allPids = (): readonly number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);

/** The variables of these names (`NAME=`) in the environment that a process was started with, as `NAME=value`. */
export function variablesOf(pid: number, names: ReadonlySet<string>): readonly string[] {
  if (names.size === 0) return [];
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
      .split('\0')
      .filter((variable) => names.has(variable.slice(0, variable.indexOf('=') + 1)));
  } catch {
    // Gone meanwhile, or somebody else's: a process of another user is none of ours unless we are root, who may read it.
    return [];
  }
}

import { readFileSync } from 'node:fs';

/** A process, told apart from a later one with the same pid by when it started. */
export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks since boot; 0 where the system does not tell (then the pid alone must do). */
  readonly startTicks: number;
}

interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly startTicks: number;
}

/** The mark of a process that exists, be it a zombie; undefined if there is none. */
export function markOf(pid: number): ProcessMark | undefined {
  const stat = readStat(pid);
  if (stat) return { pid, startTicks: stat.startTicks };
  return !HAS_PROC && answersToSignals(pid) ? { pid, startTicks: 0 } : undefined;
}

/** True while this very process runs. A zombie does not: it has no memory, no files and no mounts, and nobody may ever collect it. */
export function isAlive(mark: ProcessMark): boolean {
  if (!HAS_PROC) return answersToSignals(mark.pid);
  return liveProcess(mark.pid)?.startTicks === mark.startTicks;
}

/** What the system says of a process; undefined if it is not alive, or if the system does not tell. */
export function liveProcess(pid: number): { readonly session: number; readonly startTicks: number } | undefined {
  const stat = readStat(pid);
  return stat && stat.state !== 'Z' && stat.state !== 'X' ? stat : undefined;
}

/** The parent of a process that exists. */
export const parentOf = (pid: number): number | undefined => readStat(pid)?.parent;

/** The process group of a process that exists. */
export const groupOf = (pid: number): number | undefined => readStat(pid)?.group;

export const HAS_PROC = process.platform === 'linux';

function readStat(pid: number): ProcessStat | undefined {
  if (!HAS_PROC) return undefined;
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets and may hold anything, so fields are counted from its end.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return {
    state: fields[0] ?? '',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTicks: Number(fields[19]),
  };
}

function answersToSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

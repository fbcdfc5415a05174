import { readdirSync, readFileSync } from 'node:fs';

const VARIABLE = /(?:^|\0)HOLDFAST_LAUNCH_ID=([^\0]*)/;

/** Processes of these launches, wherever they have got to: all carry the launch in their environment. */
export function launchedProcesses(launchIds: ReadonlySet<string>): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => launchIds.has(VARIABLE.exec(read(`/proc/${pid}/environ`))?.[1] ?? ''));
}

/** The words that a process was started with; empty when it is gone. */
export const argumentsOf = (pid: number): readonly string[] => read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);

/**
 * What a process has used of the processors, in milliseconds, with the children whose ends it has seen: fields 14 to 17 of proc(5), counted in
 * hundredths of a second on every Linux that Node.js runs on.
 */
export function cpuMs(pid: number): number {
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
  if (fields.length < 15) throw new Error(`process ${pid} is gone`);
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

/** Nothing of a process that is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

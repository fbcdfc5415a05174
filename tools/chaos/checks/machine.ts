import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { argumentsOf, environmentOf, lives } from '../cluster/service-pids';

/** A process of a task, as the machine sees it. */
export interface TaskProcess {
  readonly pid: number;
  readonly taskId: string;
}

/** A volume's directory in the mount table of a process. */
export interface VolumeMount {
  readonly pid: number;
  /** As the table has it; ends in `//deleted` where the directory is gone. */
  readonly source: string;
  readonly target: string;
}

const pids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => lives(pid));

/** Processes whose sandbox lies in this directory. */
export function taskProcesses(workDir: string): readonly TaskProcess[] {
  return pids().flatMap((pid) => {
    const environment = environmentOf(pid);
    const valueOf = (name: string) => environment.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
    const taskId = valueOf('MESOS_TASK_ID');
    return taskId !== undefined && valueOf('MESOS_SANDBOX')?.startsWith(`${workDir}/`) ? [{ pid, taskId }] : [];
  });
}

/** Processes that have to do with this directory in any way; for the end, when there must be none. */
export const processesOf = (workDir: string, except: ReadonlySet<number>): readonly string[] =>
  pids()
    .filter((pid) => !except.has(pid))
    .filter((pid) => argumentsOf(pid).includes(workDir) || environmentOf(pid).some((text) => text.includes(`=${workDir}`)))
    .map((pid) => `process ${pid}: ${argumentsOf(pid).replaceAll('\0', ' ').trim()}`);

/** What lies under the work directory of this cluster and is mounted anywhere, in whatever mount namespace. */
export function mountsBelow(workDir: string): readonly VolumeMount[] {
  const marked = basename(workDir) === 'cluster' ? workDir.split('/').slice(-2).join('/') : basename(workDir);
  return pids().flatMap((pid) =>
    mountTable(pid)
      .filter((line) => line.includes(marked))
      .map((line) => line.split(' '))
      .map((fields) => ({ pid, source: unescape(fields[3] ?? ''), target: unescape(fields[4] ?? '') })),
  );
}

function mountTable(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** Control groups of the agent of this store, and of its tasks. */
export function controlGroups(storeId: string): readonly string[] {
  try {
    return readdirSync('/sys/fs/cgroup', { recursive: true, encoding: 'utf8' }).filter((name) => name.includes(storeId));
  } catch {
    return [];
  }
}

/** Blanks and backslashes stand as octal numbers in the table. */
const unescape = (field: string): string => field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

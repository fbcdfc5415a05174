import { readdirSync, readlinkSync } from 'node:fs';
import { HAS_PROC, parentOf } from './process-mark';

/** Pids looked at before others get a turn. */
const AT_ONCE = 200;

/** Which mount namespace a process is in; undefined where the system does not tell: it is gone, a zombie, or somebody else's. */
export function mountNamespaceOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined;
  }
}

/** The mount namespaces of this machine other than our own, each with its processes; in one look through the process table. */
export async function foreignMountNamespaces(): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>();
  const own = HAS_PROC ? mountNamespaceOf('self') : undefined;
  if (own === undefined) return found;
  let looked = 0;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!(pid > 0)) continue;
    if (++looked % AT_ONCE === 0) await new Promise(setImmediate);
    const namespace = mountNamespaceOf(pid);
    if (namespace === undefined || namespace === own) continue;
    const processes = found.get(namespace);
    if (processes) processes.push(pid);
    else found.set(namespace, [pid]);
  }
  return found;
}

/** Whether a process is one of these, or comes from one. */
export function descendsFrom(pid: number, ancestors: ReadonlySet<number>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parentOf(at)) if (ancestors.has(at)) return true;
  return false;
}

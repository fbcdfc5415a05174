import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { HAS_PROC } from './process-mark';

const STANDARD = 2;
/** O_CLOEXEC in /proc/self/fdinfo, on every Linux that Node.js runs on. */
const CLOSED_ON_EXEC = 0o2000000;

/**
 * Closes the descriptors of whoever started us that would go on to every process that we start, hence into containers. Node.js keeps its own,
 * and the low ones, from that by itself.
 */
export function closeInherited(): void {
  if (!HAS_PROC) return;
  for (const fd of readdirSync('/proc/self/fd').map(Number)) if (fd > STANDARD && isInherited(fd)) closeSync(fd);
}

function isInherited(fd: number): boolean {
  try {
    const [, flags = ''] = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? [];
    return (parseInt(flags, 8) & CLOSED_ON_EXEC) === 0;
  } catch {
    // It was open for the look at the directory.
    return false;
  }
}

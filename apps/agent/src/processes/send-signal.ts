import { assert } from '@holdfast/core/base';

/** Sends a signal to a process, or with a negative number to a process group; no such process is no fault. */
export function sendSignal(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  assert(Number.isInteger(pid) && Math.abs(pid) > 1, 'a signal goes to one process or one group, never to all');
  try {
    process.kill(pid, signal);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ESRCH') throw fault;
  }
}

import { eventually } from '@holdfast/testing/eventually';
import { findProcesses, sendSignal } from './index';
import { parentOf } from './process-mark';

/**
 * For tests: ends a task or an executor as the machine's end does; resolves when no process of it is left. Parents go first: they would write
 * down how the others ended.
 */
export function endLaunch(launchId: string): Promise<void> {
  return eventually(() => {
    const pids = findProcesses({ variable: `HOLDFAST_LAUNCH_ID=${launchId}` });
    const generation = (pid: number): number => {
      const parent = parentOf(pid) ?? 0;
      return pids.includes(parent) ? 1 + generation(parent) : 0;
    };
    for (const pid of [...pids].sort((a, b) => generation(a) - generation(b))) sendSignal(pid, 'SIGKILL');
    return pids.length === 0;
  });
}

import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { FailpointName } from './failpoint-name';

/** Not a setting of any service: nothing but a test of crashes sets it. Read once, since failpoints stand on busy paths. */
const FOLDER = process.env['HOLDFAST_FAILPOINTS'];

/**
 * Ends this process here, as kill -9 does, if a file of that name lies in the folder that `HOLDFAST_FAILPOINTS` names. The file is
 * removed first: of several processes that get here one ends, and once started again it gets past. Does nothing without the variable.
 */
export function failpoint(name: FailpointName): void {
  if (FOLDER === undefined || !disarm(join(FOLDER, name))) return;
  process.kill(process.pid, 'SIGKILL');
  // The kernel does not come back from that; where it would, nothing after this point may happen all the same.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function disarm(file: string): boolean {
  try {
    unlinkSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

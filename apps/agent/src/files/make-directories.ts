import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { faultCode } from './system-fault';

/**
 * Makes a directory and those above it that are missing; what is there stays. Node's own recursive mkdir says of a read-only disk that
 * the directory does not exist, which sends people looking in the wrong place.
 */
export async function makeDirectories(path: string, mode = 0o755): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (fault) {
    const code = faultCode(fault);
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeDirectories(dirname(path), mode);
      await makeDirectories(path, mode);
    } else if (code !== 'EEXIST' || !(await stat(path)).isDirectory()) throw fault;
  }
}

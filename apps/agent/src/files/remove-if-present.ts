import { unlink } from 'node:fs/promises';
import { faultCode } from './system-fault';

/** Removes a file; none is as good. Node's own `rm` asks the system first what it is, which costs as much again. */
export async function removeIfPresent(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (fault) {
    if (faultCode(fault) !== 'ENOENT') throw fault;
  }
}

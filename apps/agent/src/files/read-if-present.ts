import { readFile } from 'node:fs/promises';
import { faultCode } from './system-fault';

/** The text of a file, or undefined if there is none. Other faults are thrown: unreadable is not the same as absent. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (fault) {
    if (faultCode(fault) === 'ENOENT') return undefined;
    throw fault;
  }
}

import { readFileSync } from 'node:fs';
import { faultCode } from './system-fault';

/**
 * The text of a file, or undefined if there is none. Other faults are thrown: unreadable is not the same as absent. For short files that
 * we have written ourselves: they are in memory as a rule, and each of the four steps costs more in another thread than all of them here.
 */
export function readIfPresent(path: string): Promise<string | undefined> {
  return new Promise((resolve) => resolve(readNow(path)));
}

function readNow(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (fault) {
    if (faultCode(fault) === 'ENOENT') return undefined;
    throw fault;
  }
}

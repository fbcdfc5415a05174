import { readFile } from 'node:fs/promises';
import { sep } from 'node:path';
import { faultCode } from '../files';

/** Where something is mounted at or below a directory, as this process sees it; nothing where the system does not tell. */
export async function mountPointsWithin(directory: string): Promise<readonly string[]> {
  let table: string;
  try {
    table = await readFile('/proc/self/mountinfo', 'utf8');
  } catch (fault) {
    if (faultCode(fault) === 'ENOENT') return [];
    throw fault;
  }
  return table
    .split('\n')
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .filter((point) => point === directory || point.startsWith(directory + sep));
}

/** Spaces, tabs, line ends and backslashes stand as octal numbers in the table. */
const unescape = (field: string): string => field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

import { readFile } from 'node:fs/promises';

/** One line of a mount table. */
export interface Mount {
  /** The file system, as `major:minor`. */
  readonly device: string;
  /** Which directory of the file system is mounted. */
  readonly root: string;
  /** Where. */
  readonly point: string;
}

/** The mount table as a process sees it. Throws what the system says where there is none: no such process, or no /proc. */
export async function readMountTable(pid: number | 'self'): Promise<readonly Mount[]> {
  const table = await readFile(`/proc/${pid}/mountinfo`, 'utf8');
  return table
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, , device = '', root = '', point = ''] = line.split(' ');
      return { device, root: unescape(root).replace(DELETED, ''), point: unescape(point) };
    });
}

/** How the system marks a directory that was deleted while it is mounted elsewhere. */
const DELETED = /\/\/deleted$/;

/** Spaces, tabs, line ends and backslashes stand as octal numbers in the table. */
const unescape = (field: string): string => field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

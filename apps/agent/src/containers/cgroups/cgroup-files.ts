import { closeSync, constants, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describeFault, faultCode } from '../../files';

/** A limit or a weight could not be set; a sentence. */
export class CgroupFault extends Error {
  override readonly name = 'CgroupFault';
}

/** Writes a setting; files of control groups are there or not, and are never made. Throws CgroupFault. */
export function writeSetting(directory: string, file: string, value: string | number): void {
  const path = join(directory, file);
  try {
    const fd = openSync(path, constants.O_WRONLY);
    try {
      writeSync(fd, String(value));
    } finally {
      closeSync(fd);
    }
  } catch (fault) {
    throw new CgroupFault(`${path} does not take ${value}: ${describeFault(fault)}`, { cause: fault });
  }
}

/** The text of a file; undefined if it, or its group, is not there. */
export function readText(directory: string, file: string): string | undefined {
  try {
    return readFileSync(join(directory, file), 'latin1').trim();
  } catch (fault) {
    // ENODEV: the group was removed while the file was open.
    if (faultCode(fault) === 'ENOENT' || faultCode(fault) === 'ENODEV') return undefined;
    throw fault;
  }
}

/** The number in a file; undefined if there is none: the file is not there, or says `max`. */
export function readNumber(directory: string, file: string): number | undefined {
  const text = readText(directory, file);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Lines of `key number`. */
export function readKeyed(directory: string, file: string): ReadonlyMap<string, number> {
  const lines = (readText(directory, file) ?? '').split('\n').map((line) => line.split(' '));
  return new Map(lines.map(([key = '', value]) => [key, Number(value)]));
}

/** The processes in a group; none if it is not there. One that this process has no number for, since it is outside its namespace, is left out. */
export const readPids = (directory: string): readonly number[] =>
  (readText(directory, 'cgroup.procs') ?? '')
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 1);

/** Makes a group and those above it, if they are not there. */
export function makeGroup(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (fault) {
    throw new CgroupFault(`the control group ${directory} cannot be made: ${describeFault(fault)}`, { cause: fault });
  }
}

/** The groups in a group. */
export function groupsIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (fault) {
    if (faultCode(fault) === 'ENOENT') return [];
    throw fault;
  }
}

/** False: something is in it. */
export function removeGroup(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (fault) {
    if (faultCode(fault) === 'ENOENT') return true;
    if (faultCode(fault) === 'EBUSY' || faultCode(fault) === 'ENOTEMPTY') return false;
    throw fault;
  }
}

/** Removes `root` below a mount, from the innermost directory outwards, as far as nothing is in it. */
export function removeRoot(mount: string, root: string): void {
  const names = root.split('/').filter(Boolean);
  while (names.length > 0 && removeGroup(join(mount, ...names))) names.pop();
}

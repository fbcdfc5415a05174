import { constants, type Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** As FileInfo of Mesos has it (wire 7.3, 11). */
export interface FileInfo {
  readonly path: string;
  readonly nlink: number;
  readonly size: number;
  readonly mtimeMs: number;
  /** All bits, those of the kind of file too. */
  readonly mode: number;
  /** A name, or the number where it has none. */
  readonly uid: string;
  readonly gid: string;
}

/** Turns what the system says of files into what people read; asks for the names of users and groups once. */
export async function fileInfos(files: readonly { readonly path: string; readonly stats: Stats }[]): Promise<readonly FileInfo[]> {
  const [users, groups] = await Promise.all([namesById('/etc/passwd'), namesById('/etc/group')]);
  return files.map(({ path, stats: { nlink, size, mtimeMs, mode, uid, gid } }) => ({
    path,
    nlink,
    size,
    mtimeMs,
    mode,
    uid: users.get(uid) ?? String(uid),
    gid: groups.get(gid) ?? String(gid),
  }));
}

async function namesById(path: string): Promise<ReadonlyMap<number, string>> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.split(':'));
  // The first name of a number counts.
  return new Map(lines.reverse().flatMap(([name = '', , id]) => (id === undefined ? [] : [[Number(id), name] as const])));
}

/** `drwxr-xr-x` */
export function modeText(mode: number): string {
  const kind = KINDS.get(mode & constants.S_IFMT) ?? '?';
  const bits = [...'rwxrwxrwx'].map((letter, at) => (mode & (0o400 >> at) ? letter : '-'));
  for (const [bit, at, letter] of SPECIAL) if (mode & bit) bits[at] = bits[at] === 'x' ? letter : letter.toUpperCase();
  return kind + bits.join('');
}

const KINDS: ReadonlyMap<number, string> = new Map([
  [constants.S_IFREG, '-'],
  [constants.S_IFDIR, 'd'],
  [constants.S_IFLNK, 'l'],
  [constants.S_IFIFO, 'p'],
  [constants.S_IFSOCK, 's'],
  [constants.S_IFCHR, 'c'],
  [constants.S_IFBLK, 'b'],
]);

/** Set-user-id, set-group-id, sticky. */
const SPECIAL = [
  [0o4000, 2, 's'],
  [0o2000, 5, 's'],
  [0o1000, 8, 't'],
] as const;

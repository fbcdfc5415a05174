import type { Stats } from 'node:fs';
import { type FileHandle, open, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { faultCode } from '../files';
import { FileRefusal } from './file-refusal';

/**
 * A place below a directory in which tasks may do as they like. Neither it nor the way to it is opened before it is known where it lies, so
 * that no link, pipe or device that a task has planted is followed, waited for or touched.
 */
export interface Place {
  /** Absolute; tasks write in it, but cannot put something else in its place. */
  readonly root: string;
  /** Names below it; none of them `..`. */
  readonly names: readonly string[];
}

/** What lies at a place, held without having been opened for reading. */
export interface Held {
  readonly stats: Stats;
  /** Leads to exactly what is held, whatever becomes of its name. */
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Takes hold of what lies at a place. Links are followed as long as they end within the root. Throws FileRefusal: 404 also for what lies
 * outside, so that nobody learns what is there.
 */
export async function openContained({ root, names }: Place, shown: string): Promise<Held> {
  if (!HAS_PROC) throw new FileRefusal(501, 'This machine has no /proc, without which the agent does not open files of tasks.');
  const base = await hold(root, shown);
  try {
    const held = await hold(join(root, ...names), shown);
    try {
      if (!(await isWithin(held, base))) throw missing(shown);
      return { stats: await held.stat(), path: pathOf(held), close: () => held.close() };
    } catch (fault) {
      await held.close();
      throw fault;
    }
  } finally {
    await base.close();
  }
}

const HAS_PROC = process.platform === 'linux';

export const missing = (shown: string): FileRefusal =>
  new FileRefusal(404, `${shown} is not there, or leads out of the directory that it is in.`);

/** A descriptor that only names a file: taking it neither waits for a pipe nor wakes a device. Node.js has no name for the flag. */
const O_PATH = 0o10000000;

async function hold(path: string, shown: string): Promise<FileHandle> {
  try {
    return await open(path, O_PATH);
  } catch (fault) {
    if (ABSENT.includes(faultCode(fault) ?? '')) throw missing(shown);
    throw fault;
  }
}

/** Nothing has this name, for us. */
const ABSENT = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'EPERM', 'ENXIO'];

/** For reading and listing what is held: opened anew through the descriptor. */
const pathOf = (held: FileHandle): string => `/proc/self/fd/${held.fd}`;

/**
 * By where the descriptors really lie. The mount is compared, too: through /proc/<pid>/root a link can lead into the mounts of a task, where
 * anything can have any name.
 */
async function isWithin(held: FileHandle, base: FileHandle): Promise<boolean> {
  const [path, root, mount, rootMount] = await Promise.all([readlink(pathOf(held)), readlink(pathOf(base)), mountOf(held), mountOf(base)]);
  return mount === rootMount && (path === root || path.startsWith(`${root}/`));
}

async function mountOf(held: FileHandle): Promise<string> {
  const id = /^mnt_id:\s*(\d+)$/m.exec(await readFile(`/proc/self/fdinfo/${held.fd}`, 'latin1'))?.[1];
  if (id === undefined) throw new Error('the system does not tell on which mount a file lies');
  return id;
}

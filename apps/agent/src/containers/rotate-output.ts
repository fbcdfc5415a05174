import { constants, type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { HeldDirectory } from '../disks';
import { faultCode } from '../files';

export interface OutputBounds {
  /** A file that is longer is set aside, and begins anew. */
  readonly maxBytes: number;
  /** How many are kept of those set aside: `stdout.1` is the newest. */
  readonly keep: number;
}

const OUTPUT = ['stdout', 'stderr'] as const;
const CHUNK_BYTES = 1 << 20;

/**
 * Keeps the output of a task within bounds: its last `maxBytes` are copied to `stdout.1`, what was there moves on to `stdout.2` and so forth,
 * and the file is cut to nothing. The task goes on writing to it, since it has it open for appending; what it writes between the copying and
 * the cutting is lost. Never follows a link, and touches nothing but regular files that have no second name: a task may put anything into its
 * sandbox. Throws what the system says; a sandbox that is gone is fine.
 */
export async function rotateOutput(sandbox: string, bounds: OutputBounds): Promise<void> {
  const directory = await HeldDirectory.open(sandbox).catch(ignoring('ENOENT'));
  if (!directory) return;
  try {
    for (const file of OUTPUT) await rotateFile(directory, file, bounds);
  } finally {
    await directory.close();
  }
}

async function rotateFile(directory: HeldDirectory, file: string, bounds: OutputBounds): Promise<void> {
  const from = await directory.on(Buffer.from(file), (place) => open(place, READ_AND_WRITE)).catch(ignoring(...NO_FILE_OF_OURS));
  if (!from) return;
  try {
    const found = await from.stat();
    if (!found.isFile() || found.nlink !== 1 || found.size <= bounds.maxBytes) return;
    if (bounds.keep > 0) {
      await moveOn(directory, file, bounds.keep);
      await copyEnd(directory, file, from, found, bounds.maxBytes);
    }
    await from.truncate(0);
  } finally {
    await from.close();
  }
}

/** Makes room for a new `.1`. What a task has put in the place of one and cannot be moved, such as a directory, is not kept for it. */
async function moveOn(directory: HeldDirectory, file: string, keep: number): Promise<void> {
  const place = (number: number) => Buffer.from(`${file}.${number}`);
  await directory.on(place(keep), (path) => unlink(path)).catch(ignoring('ENOENT', 'EISDIR', 'EPERM'));
  for (let number = keep - 1; number >= 1; number--) {
    await directory
      .on(place(number), (from) => directory.on(place(number + 1), (to) => rename(from, to)))
      .catch(ignoring('ENOENT', 'EISDIR', 'ENOTDIR', 'ENOTEMPTY'));
  }
}

async function copyEnd(
  directory: HeldDirectory,
  file: string,
  from: FileHandle,
  { size, uid, gid, mode }: { readonly size: number; readonly uid: number; readonly gid: number; readonly mode: number },
  maxBytes: number,
): Promise<void> {
  // If something of the task's is there still, the old output is not kept: the task must not decide what we write to.
  const to = await directory
    .on(Buffer.from(`${file}.1`), (place) => open(place, NEW_ONLY, 0o600))
    .catch(ignoring('EEXIST', 'ENOSPC', 'EDQUOT'));
  if (!to) return;
  try {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, maxBytes) || 1);
    const end = size;
    for (let at = Math.max(0, size - maxBytes); at < end;) {
      const { bytesRead } = await from.read(chunk, 0, Math.min(chunk.length, end - at), at);
      if (bytesRead === 0) break;
      await to.writeFile(chunk.subarray(0, bytesRead));
      at += bytesRead;
    }
    await to.chown(uid, gid);
    await to.chmod(mode & 0o777);
  } catch (fault) {
    // A full disk is a reason to cut the file all the more.
    if (faultCode(fault) !== 'ENOSPC' && faultCode(fault) !== 'EDQUOT') throw fault;
  } finally {
    await to.close();
  }
}

/** Without waiting for the other end of what may be a pipe. */
const READ_AND_WRITE = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const NEW_ONLY = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** It is not there, or is a link, a directory, a socket or a device. */
const NO_FILE_OF_OURS = ['ENOENT', 'ELOOP', 'EISDIR', 'ENXIO', 'ENODEV'];

const ignoring =
  (...codes: readonly string[]) =>
  (fault: unknown): undefined => {
    if (!codes.includes(faultCode(fault) ?? '')) throw fault;
    return undefined;
  };

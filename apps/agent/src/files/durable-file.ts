import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces the file at `path` by `content`: whoever reads it, after whatever crash or power cut, finds the old content or the new one whole.
 * Throws the system's error and leaves the old file as it was.
 */
export async function writeDurably(path: string, content: string): Promise<void> {
  const draft = `${path}.draft`;
  try {
    await writeAndSync(draft, content);
    await rename(draft, path);
  } catch (fault) {
    await unlink(draft).catch(() => undefined);
    throw fault;
  }
  await syncDirectory(dirname(path));
}

/**
 * As writeDurably, but without waiting for the disk: safe against the end of the process, not against a power cut. For facts about
 * processes, which do not outlive the machine either.
 */
export async function replaceFile(path: string, content: string): Promise<void> {
  const draft = `${path}.draft`;
  try {
    const file = await open(draft, 'w', OWNER_ONLY);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (fault) {
    await unlink(draft).catch(() => undefined);
    throw fault;
  }
}

/** Writes a file in place and waits until its content is on the disk; a crash may leave half of it. */
export async function writeAndSync(path: string, content: string): Promise<void> {
  const file = await open(path, 'w', OWNER_ONLY);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames, creations and removals in a directory outlast a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** What we keep may hold the tasks' secrets. */
const OWNER_ONLY = 0o600;

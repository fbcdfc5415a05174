import { opendir, rename, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Unlinks under way at once: what the thread pool can have in hand without a queue that grows with the volume. */
const AT_ONCE = 16;
/** The system takes no longer paths than 4096 bytes, but a task can make deeper trees, step by step. */
const LONG_PATH_BYTES = 2048;

/**
 * Deletes what is in a directory, and with `self` the directory, too. Links are deleted, never followed. Throws the first error of the
 * system as it is, and leaves the rest: Node's own recursive rm covers it up with the errors of its further attempts.
 */
export async function deleteTree(directory: string, { self }: { readonly self: boolean }): Promise<void> {
  await new TreeDeletion(directory).empty(directory);
  if (self) await rmdir(directory);
}

class TreeDeletion {
  private moved = 0;
  private fault: unknown;

  constructor(private readonly root: string) {}

  async empty(directory: string): Promise<void> {
    const underWay: Promise<void>[] = [];
    for await (const entry of await opendir(directory)) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) await this.remove(path);
      else underWay.push(this.noting(unlink(path)));
      if (underWay.length >= AT_ONCE) await Promise.all(underWay.splice(0));
      if (this.fault !== undefined) break;
    }
    await Promise.all(underWay);
    if (this.fault !== undefined) throw this.fault;
  }

  private async noting(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (fault) {
      this.fault ??= fault;
    }
  }

  private async remove(directory: string): Promise<void> {
    const near = Buffer.byteLength(directory) > LONG_PATH_BYTES ? await this.moveUp(directory) : directory;
    await this.empty(near);
    await rmdir(near);
  }

  /** So that what is below can be named. */
  private async moveUp(directory: string): Promise<string> {
    const near = join(this.root, `.holdfast-deleting-${process.pid}-${++this.moved}`);
    await rename(directory, near);
    return near;
  }
}

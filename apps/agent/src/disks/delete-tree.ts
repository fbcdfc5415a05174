import { randomUUID } from 'node:crypto';
import { rename, rmdir, unlink } from 'node:fs/promises';
import { DiskFault } from './disk-fault';
import { HeldDirectory } from './held-directory';

/** Unlinks under way at once: what the thread pool can have in hand without a queue that grows with the volume. */
const AT_ONCE = 16;
/** A task can make deeper trees than there are descriptors; what lies deeper is moved up first. */
const DEEPEST = 64;

/**
 * Deletes what is in a directory, and with `self` the directory, too. Links are deleted, never followed, also those that are put in the
 * place of a directory meanwhile; other file systems are not entered. Throws the first error of the system as it is, and leaves the rest:
 * Node's own recursive rm covers it up with the errors of its further attempts.
 */
export async function deleteTree(directory: string, { self }: { readonly self: boolean }): Promise<void> {
  const root = await HeldDirectory.open(directory);
  try {
    const deletion = new TreeDeletion(root, (await root.stat()).dev);
    do await deletion.empty(root, 0);
    while (deletion.hasMoved());
  } finally {
    await root.close();
  }
  if (self) await rmdir(directory);
}

class TreeDeletion {
  private isMoved = false;
  private fault: unknown;

  constructor(
    private readonly root: HeldDirectory,
    private readonly device: number,
  ) {}

  /** Whether something has been moved up into the root since this was asked last. */
  hasMoved(): boolean {
    const { isMoved } = this;
    this.isMoved = false;
    return isMoved;
  }

  async empty(directory: HeldDirectory, depth: number): Promise<void> {
    const underWay: Promise<void>[] = [];
    for await (const entry of directory.entries()) {
      if (entry.isDirectory()) await this.remove(directory, entry.name, depth + 1);
      else underWay.push(this.noting(directory.on(entry.name, unlink)));
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

  private async remove(parent: HeldDirectory, name: Buffer, depth: number): Promise<void> {
    if (depth > DEEPEST) return this.moveUp(parent, name);
    const directory = await parent.child(name);
    try {
      if ((await directory.stat()).dev !== this.device) throw new DiskFault(`something is mounted at ${directory.path}; unmount it first`);
      await this.empty(directory, depth);
    } finally {
      await directory.close();
    }
    await parent.on(name, rmdir);
  }

  /** Under a name that no task can have foreseen and taken. */
  private async moveUp(parent: HeldDirectory, name: Buffer): Promise<void> {
    const above = Buffer.from(`.holdfast-deleting-${randomUUID()}`);
    await parent.on(name, (from) => this.root.on(above, (to) => rename(from, to)));
    this.isMoved = true;
  }
}

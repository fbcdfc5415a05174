import { lchown } from 'node:fs/promises';
import { DiskFault, HeldDirectory } from '../disks';

/** Changes under way at once. */
const AT_ONCE = 16;
/** Each level costs descriptors; no honest data lies deeper. */
const DEEPEST = 500;

/** On a directory: its group may do everything in it, and what is made in it belongs to that group, too. */
const GROUP_SHARES = 0o2070;
const MODE_BITS = 0o7777;

/**
 * Gives a directory and all that is in it to a group, and lets the group write to the directories; files keep their modes. Links
 * are given, never followed, also those that a task puts in the place of a directory meanwhile; other file systems are not entered. Throws
 * DiskFault or what the system says, and may then have done a part.
 */
export async function giveToGroup(path: string, gid: number): Promise<void> {
  const root = await HeldDirectory.open(path);
  try {
    await giveTree(root, gid, (await root.stat()).dev, 0);
  } finally {
    await root.close();
  }
}

/** True if `giveToGroup` has been here: the directory is the group's, which may write to it. */
export async function isGivenToGroup(path: string, gid: number): Promise<boolean> {
  const root = await HeldDirectory.open(path);
  try {
    const found = await root.stat();
    return found.gid === gid && (found.mode & GROUP_SHARES) === GROUP_SHARES;
  } finally {
    await root.close();
  }
}

async function giveTree(directory: HeldDirectory, gid: number, device: number, depth: number): Promise<void> {
  if (depth > DEEPEST) throw new DiskFault(`there are more than ${DEEPEST} directories inside one another in it`);
  const { dev, mode } = await directory.stat();
  if (dev !== device) return;
  await directory.chown(-1, gid);
  // After the change of the group, which takes the bit away.
  await directory.chmod((mode & MODE_BITS) | GROUP_SHARES);
  const underWay: Promise<void>[] = [];
  const finished = () => Promise.all(underWay.splice(0));
  try {
    for await (const entry of directory.entries()) {
      if (entry.isDirectory()) await giveChild(directory, entry.name, { gid, device, depth: depth + 1 });
      else underWay.push(orGone(directory.on(entry.name, (place) => lchown(place, -1, gid))));
      if (underWay.length >= AT_ONCE) await finished();
    }
    await finished();
  } finally {
    // Before the descriptor that they go by is closed.
    await Promise.allSettled(underWay);
  }
}

async function giveChild(
  parent: HeldDirectory,
  name: Buffer,
  { gid, device, depth }: { readonly gid: number; readonly device: number; readonly depth: number },
): Promise<void> {
  const child = await orGone(parent.child(name));
  if (!child) return;
  try {
    await giveTree(child, gid, device, depth);
  } finally {
    await child.close();
  }
}

/** Tasks of other users may work in it meanwhile, and remove or replace what has just been seen. */
async function orGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (fault) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((fault as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw fault;
  }
}

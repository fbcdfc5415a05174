import { lstat } from 'node:fs/promises';
import { faultCode } from '../files';
import { deleteTree } from './delete-tree';
import { DiskFault } from './disk-fault';
import { mountPointsWithin } from './mount-points';

/**
 * Deletes the sandbox of a task that is over; one that is gone is fine. Throws DiskFault if anything is mounted at or below it as this
 * process sees it, such as a volume that an older version or an operator has left there: its data would go, too. Links are deleted,
 * never followed.
 */
export async function deleteSandbox(path: string): Promise<void> {
  const found = await lstat(path).catch((fault: unknown) => {
    if (faultCode(fault) === 'ENOENT') return undefined;
    throw fault;
  });
  if (!found) return;
  const mounts = await mountPointsWithin(path);
  if (mounts.length > 0)
    throw new DiskFault(`the sandbox ${path} is not deleted while something is mounted at ${mounts.join(', ')}; unmount it first`);
  await deleteTree(path, { self: true });
}

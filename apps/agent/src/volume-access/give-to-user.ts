import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DiskFault, HeldDirectory } from '../disks';

const run = promisify(execFile);

export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/** The numbers of a user and its first group, as the machine's user database has them. Throws DiskFault if there is no such user. */
export async function idsOfUser(user: string): Promise<UserIds> {
  const ask = async (option: string): Promise<number> => Number((await run('id', [option, '--', user])).stdout);
  try {
    const [uid, gid] = await Promise.all([ask('-u'), ask('-g')]);
    return { uid, gid };
  } catch (fault) {
    if (typeof (fault as { code?: unknown }).code !== 'number') throw fault;
    throw new DiskFault(`there is no user '${user}' on this agent`);
  }
}

/** The directory itself, and nothing in it. */
export async function giveToUser(path: string, { uid, gid }: UserIds): Promise<void> {
  const directory = await HeldDirectory.open(path);
  try {
    await directory.chown(uid, gid);
  } finally {
    await directory.close();
  }
}

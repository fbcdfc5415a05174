import { rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { faultCode, readIfPresent, syncDirectory, writeAndSync } from '../files';

/** The two files of the commit protocol. The order of calls is the caller's; each has reached the disk when it returns. */
export interface CheckpointFiles {
  readonly directory: string;
  readCommitted(): Promise<string | undefined>;
  readTarget(): Promise<string | undefined>;
  writeTarget(content: string): Promise<void>;
  /** Puts the target in the place of what was committed. */
  commitTarget(): Promise<void>;
  /** Makes the new name outlast a power cut. */
  syncCommitted(): Promise<void>;
  /** No target is no fault. */
  dropTarget(): Promise<void>;
}

export function checkpointFiles(directory: string): CheckpointFiles {
  const committed = join(directory, 'resources.info');
  const target = join(directory, 'resources.target');
  return {
    directory,
    readCommitted: () => readIfPresent(committed),
    readTarget: () => readIfPresent(target),
    writeTarget: async (content) => {
      await writeAndSync(target, content);
      await syncDirectory(directory);
    },
    commitTarget: () => rename(target, committed),
    syncCommitted: () => syncDirectory(directory),
    dropTarget: async () => {
      try {
        await unlink(target);
      } catch (fault) {
        // Of a disk that has become read-only the system says just that, also where there is nothing to remove.
        if (faultCode(fault) === 'ENOENT' || (await readIfPresent(target)) === undefined) return;
        throw fault;
      }
      await syncDirectory(directory);
    },
  };
}

import type { StoreId } from '@holdfast/core/base';
import { join } from 'node:path';
import { readIfPresent, writeDurably } from '../files';
import { StartFault } from './start-fault';
import { unusable, type WorkDir } from './work-dir';

/** The id of the disks behind a work directory: made at the first start, the same ever after, whatever the agent is called. */
export async function openStoreId(dir: WorkDir, newId: () => string): Promise<StoreId> {
  const path = join(dir.meta, 'store-id');
  try {
    const text = await readIfPresent(path);
    if (text !== undefined) {
      // With the end of the line, so that half an id is not taken for another one.
      const [, known] = /^([\w-]{1,64})\n$/.exec(text) ?? [];
      if (known !== undefined) return known;
      throw new StartFault(
        `${path} does not hold a store id. It names the volumes of this agent in the ledger: restore the file from a copy, or start with an empty work directory.`,
      );
    }
    const made = newId();
    await writeDurably(path, `${made}\n`);
    return made;
  } catch (fault) {
    throw fault instanceof StartFault ? fault : unusable(dir.root, fault);
  }
}

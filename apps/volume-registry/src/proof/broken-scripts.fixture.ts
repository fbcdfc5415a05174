import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutation } from './mutations';
import { SCRIPTS } from './proven-ledger.fixture';

/** Hands over a folder with the scripts, one guard broken, for as long as it is used. */
export async function withBroken<T>({ script, find, replace }: Mutation, use: (scriptsFolder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-mutation-'));
  try {
    await cp(SCRIPTS, folder, { recursive: true });
    const file = join(folder, `${script}.lua`);
    const text = await readFile(file, 'utf8');
    const places = text.split(find).length - 1;
    if (places !== 1) throw new Error(`${script}.lua has ${places} places that read «${find}»; a mutation names exactly one`);
    await writeFile(
      file,
      text.replace(find, () => replace),
    );
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

import type { Stats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { FileRefusal } from './file-refusal';
import { openContained, type Place } from './open-contained';

/** A directory with more entries is shown in part. */
export const MAX_ENTRIES = 10_000;

export interface Entry {
  readonly name: string;
  readonly stats: Stats;
}

export interface Listing {
  /** By name. */
  readonly entries: readonly Entry[];
  /** There are more than MAX_ENTRIES. */
  readonly isCut: boolean;
}

/** What is in a directory; links are shown as links. Throws FileRefusal: 400 for what is not a directory, 404. */
export async function listDirectory(place: Place, shown: string): Promise<Listing> {
  const held = await openContained(place, shown);
  try {
    if (!held.stats.isDirectory()) throw new FileRefusal(400, `${shown} is not a directory.`);
    const { names, isCut } = await namesIn(held.path);
    const entries = await Promise.all(names.sort().map((name) => entryOf(held.path, name)));
    return { entries: entries.filter((entry) => entry !== undefined), isCut };
  } finally {
    await held.close();
  }
}

async function namesIn(path: string): Promise<{ readonly names: string[]; readonly isCut: boolean }> {
  const names: string[] = [];
  // Closes the directory, too, when it is left early.
  for await (const { name } of await opendir(path, { bufferSize: 512 })) {
    if (names.length === MAX_ENTRIES) return { names, isCut: true };
    names.push(name);
  }
  return { names, isCut: false };
}

/** Undefined: it has gone meanwhile. */
async function entryOf(directory: string, name: string): Promise<Entry | undefined> {
  const stats = await lstat(join(directory, name)).catch(() => undefined);
  return stats && { name, stats };
}

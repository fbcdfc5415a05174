import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { openContained, type Place } from './open-contained';
import { requireRegular } from './read-part';

/** A regular file from its beginning to where it ends now, however it grows meanwhile. Throws FileRefusal: 400, 404. */
export async function openDownload(place: Place, shown: string): Promise<Readable> {
  const held = await openContained(place, shown);
  try {
    requireRegular(held.stats, shown);
    const file = await open(held.path, constants.O_RDONLY);
    return file.createReadStream({ start: 0, end: Math.max(0, held.stats.size - 1) });
  } finally {
    await held.close();
  }
}

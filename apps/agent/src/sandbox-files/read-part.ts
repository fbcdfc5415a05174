import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { FileRefusal } from './file-refusal';
import { openContained, type Place } from './open-contained';

/** At most 16 pages of memory in one answer (wire 7.3, 11). */
export const MAX_PART_BYTES = 64 * 1024;

export interface PartWish {
  /** Undefined: only the size is wanted. */
  readonly offset: number | undefined;
  /** Undefined: to the end. */
  readonly length: number | undefined;
}

export interface FilePart {
  /** Of the whole file. */
  readonly size: number;
  readonly data: Buffer;
}

/** Reads a part of a regular file; what lies behind its end is empty. Throws FileRefusal: 400 for what is not a regular file, 404. */
export async function readPart(place: Place, shown: string, { offset, length }: PartWish): Promise<FilePart> {
  const held = await openContained(place, shown);
  try {
    requireRegular(held.stats, shown);
    const { size } = held.stats;
    const wanted = offset === undefined ? 0 : Math.min(length ?? Infinity, MAX_PART_BYTES, Math.max(0, size - offset));
    if (offset === undefined || wanted === 0) return { size, data: Buffer.alloc(0) };
    const file = await open(held.path, constants.O_RDONLY);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, offset);
      return { size, data: buffer.subarray(0, bytesRead) };
    } finally {
      await file.close();
    }
  } finally {
    await held.close();
  }
}

/** A pipe would wait for a writer, a device do who knows what. */
export function requireRegular(stats: { isFile(): boolean; isDirectory(): boolean }, shown: string): void {
  if (stats.isFile()) return;
  throw new FileRefusal(400, stats.isDirectory() ? `${shown} is a directory.` : `${shown} is neither a file nor a directory.`);
}

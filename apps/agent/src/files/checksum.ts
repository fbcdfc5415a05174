import { createHash } from 'node:crypto';

/** Tells a file that is whole from one that a crash cut off. */
export const checksum = (content: string): string => createHash('sha256').update(content).digest('hex');

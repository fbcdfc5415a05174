import type { Disk, Resource } from './resource';

export const isPersistentVolume = (resource: Resource): boolean => resource.disk?.persistence !== undefined;

/**
 * The plain disk under a volume: what CREATE consumes and DESTROY gives back. It keeps reservations, allocation and source;
 * a root disk has no disk information left.
 */
export function toPlainDisk(volume: Resource): Resource {
  const { disk, ...rest } = volume;
  const plain: Resource = { ...rest, shared: false };
  if (!disk?.source) return plain;
  const kept: Disk = { source: disk.source };
  return { ...plain, disk: kept };
}

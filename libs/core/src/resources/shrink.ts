import { identityOf } from './identity';
import type { Resource } from './resource';

/**
 * A scalar cut down to at most so much, in thousandths. Undefined where it cannot be: volumes and whole disks are taken as they are
 * or not at all (B-014, B-015).
 */
export function shrunk(resource: Resource, milliAtMost: number): Resource | undefined {
  if (resource.value.kind !== 'scalar' || milliAtMost <= 0) return undefined;
  if (resource.value.milli <= milliAtMost) return resource;
  return identityOf(resource).isAtomic ? undefined : { ...resource, value: { kind: 'scalar', milli: milliAtMost } };
}

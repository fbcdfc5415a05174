import { identityOf } from './identity';
import type { Resource } from './resource';

/** Whether a part of it can be taken, and more of the same added; a volume or a whole disk is taken as it is or not at all (A-016, B-014). */
export const isDivisible = (resource: Resource): boolean => !identityOf(resource).isAtomic;

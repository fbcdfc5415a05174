import type { Role } from '@holdfast/core/base';
import type { Resource } from './resource';

export const allocated = (resource: Resource, allocationRole: Role): Resource =>
  resource.allocationRole === allocationRole ? resource : { ...resource, allocationRole };

/** Without the role that it is allocated to. */
export function unallocated(resource: Resource): Resource {
  if (resource.allocationRole === undefined) return resource;
  const { allocationRole: _dropped, ...rest } = resource;
  return rest;
}

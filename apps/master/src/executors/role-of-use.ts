import { ANY_ROLE, type Role } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import type { Resources } from '@holdfast/core/resources';

/** To which role what a report names was allocated: it may say so itself, which it need not for a framework that has but one. */
export function roleOfUse(resources: Resources, { roles }: Pick<FrameworkInfo, 'roles'>): Role {
  for (const { resource } of resources.entries()) if (resource.allocationRole !== undefined) return resource.allocationRole;
  const [only = ANY_ROLE, ...others] = roles;
  return others.length === 0 ? only : ANY_ROLE;
}

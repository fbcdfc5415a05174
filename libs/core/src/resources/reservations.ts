import { ANY_ROLE, type Role } from '@holdfast/core/base';
import type { Reservation, Resource } from './resource';
import { roleIsAncestor } from './roles';

export const isUnreserved = (resource: Resource): boolean => resource.reservations.length === 0;

/** The role of the newest reservation, which decides where a volume lies; `*` if unreserved. */
export const reservationRole = (resource: Resource): Role => resource.reservations.at(-1)?.role ?? ANY_ROLE;

/** By its newest reservation (B-043). */
export const isDynamicallyReserved = (resource: Resource): boolean => resource.reservations.at(-1)?.type === 'dynamic';

export const isReserved = (resource: Resource): boolean => !isUnreserved(resource);

/** To exactly this role; no sub-role counts. */
export const isReservedTo = (resource: Resource, role: Role): boolean => isReserved(resource) && reservationRole(resource) === role;

/** More than one reservation, one refining the other (B-013). */
export const hasRefinedReservation = (resource: Resource): boolean => resource.reservations.length > 1;

/** Unreserved, or reserved to the role or to one of its ancestors. */
export function isAllocatableTo(resource: Resource, role: Role): boolean {
  const reservedTo = reservationRole(resource);
  return isUnreserved(resource) || reservedTo === role || roleIsAncestor(reservedTo, role);
}

/** With one reservation more on its stack. */
export const reservedBy = (resource: Resource, reservation: Reservation): Resource => ({
  ...resource,
  reservations: [...resource.reservations, reservation],
});

/** Without its newest reservation (B-040). An unreserved resource stays as it is. */
export const unreservedOnce = (resource: Resource): Resource =>
  isUnreserved(resource) ? resource : { ...resource, reservations: resource.reservations.slice(0, -1) };

/** Without any reservation. */
export const toUnreserved = (resource: Resource): Resource => (isUnreserved(resource) ? resource : { ...resource, reservations: [] });

import type { AccessMode, PersistenceId, Principal, Role } from '@holdfast/core/base';
import { isPersistentVolume, scalar, unallocated, type Label, type Resource, type Resources } from '@holdfast/core/resources';
import type { Offer } from '@holdfast/core/offers';

/** Unreserved cores. */
export const cpus = (amount: number): Resource => scalar('cpus', amount);
/** Unreserved memory, in MB. */
export const mem = (mb: number): Resource => scalar('mem', mb);
/** Unreserved disk, in MB. */
export const disk = (mb: number): Resource => scalar('disk', mb);

export interface ReservationOptions {
  readonly role: Role;
  readonly principal?: Principal;
  readonly labels?: readonly Label[];
}

/** The resource with a dynamic reservation pushed on its stack: what it is to become by RESERVE. */
export function reserved(resource: Resource, { role, principal, labels }: ReservationOptions): Resource {
  const reservation = {
    type: 'dynamic' as const,
    role,
    ...(principal === undefined ? {} : { principal }),
    ...(labels === undefined ? {} : { labels }),
  };
  return { ...unallocated(resource), reservations: [...resource.reservations, reservation] };
}

export interface VolumeOptions {
  readonly id: PersistenceId;
  /** Several tasks may hold it at once; fixed at CREATE. */
  readonly shared?: boolean;
  /** Where tasks see it, relative to their sandbox; by default the id. */
  readonly containerPath?: string;
  readonly principal?: Principal;
}

/** The volume that CREATE makes of reserved disk. */
export function persistentVolume(reservedDisk: Resource, { id, shared = false, containerPath = id, principal }: VolumeOptions): Resource {
  return {
    ...unallocated(reservedDisk),
    disk: {
      ...reservedDisk.disk,
      persistence: { id, ...(principal === undefined ? {} : { principal }) },
      volume: { containerPath, mode: 'RW' },
    },
    shared,
  };
}

/** The same volume as one task sees it; path and mode are not part of its identity. */
export function mounted(volume: Resource, mount: { readonly containerPath?: string; readonly mode: AccessMode }): Resource {
  const containerPath = mount.containerPath ?? volume.disk?.volume?.containerPath ?? volume.disk?.persistence?.id ?? '';
  return { ...unallocated(volume), disk: { ...volume.disk, volume: { containerPath, mode: mount.mode } } };
}

/** The volume of this name in an offer, if it is there. */
export const findVolume = (offer: Offer, id: PersistenceId): Resource | undefined =>
  offer.resources.toList().find((resource) => resource.disk?.persistence?.id === id);

/** Disk in MB that is neither reserved nor a volume. */
export const unreservedDiskMb = (offer: Offer): number => amount(offer.resources, (resource) => resource.reservations.length === 0, 'disk');

/** Disk in MB that is reserved to exactly this role and carries no volume. */
export const reservedDiskMb = (offer: Offer, role: Role): number =>
  amount(offer.resources, (resource) => resource.reservations.at(-1)?.role === role, 'disk');

/** Cores, reserved or not. */
export const offeredCpus = (offer: Offer): number => amount(offer.resources, () => true, 'cpus');

/** Memory in MB, reserved or not. */
export const offeredMemMb = (offer: Offer): number => amount(offer.resources, () => true, 'mem');

function amount(resources: Resources, counts: (resource: Resource) => boolean, name: string): number {
  return resources.filter((resource) => !isPersistentVolume(resource) && counts(resource)).scalarMilli(name) / 1000;
}

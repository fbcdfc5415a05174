import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import { formatResource } from './format-resource';
import { isPersistentVolume, toPlainDisk } from './persistent-volume';
import { isDynamicallyReserved } from './reservations';
import type { Resource } from './resource';
import { Resources } from './resources';

/** Made after the agent started, so that the agent must remember it: dynamic reservations and volumes of its own disks (B-140). */
export const needsCheckpoint = (resource: Resource): boolean =>
  resource.providerId === undefined && (isDynamicallyReserved(resource) || isPersistentVolume(resource));

/** What the agent was started with, before anyone reserved it or made a volume of it. */
export function toConfigured(resource: Resource): Resource {
  const reservations = resource.reservations.filter((reservation) => reservation.type === 'static');
  return { ...(isPersistentVolume(resource) ? toPlainDisk(resource) : resource), reservations, shared: false };
}

/**
 * Puts the reservations and volumes that an agent remembers back onto what it is started with. Of a volume one
 * copy is remembered. Refused with `invalid_argument` if `configured` no longer covers them.
 */
export function applyCheckpointed(configured: Resources, checkpointed: Resources): Result<Resources> {
  let total = configured;
  for (const resource of checkpointed.toList()) {
    if (!needsCheckpoint(resource)) return incompatible(`Unexpected checkpointed resources ${formatResource(resource)}`);
    const original = Resources.of([toConfigured(resource)]);
    if (!total.contains(original)) {
      return incompatible(
        `Incompatible agent resources: ${total} does not contain ${original}, which ${formatResource(resource)} is made of`,
      );
    }
    total = total.subtract(original).add(Resources.of([resource]));
  }
  return ok(total);
}

const incompatible = (problem: string): Result<never> => refused(refuse('invalid_argument', { field: 'resources', problem }));

import { ANY_ROLE, type Refusal, refuse } from '@holdfast/core/base';
import { formatResource, isDynamicallyReserved, isPersistentVolume, reservationRole, type Resource } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { OperationSurroundings } from './operation-surroundings';

const invalid = (problem: string): Refusal => refuse('operation_invalid', { problem });

/**
 * RESERVE: `resources` as they are to become, the new reservation on top (B-020…B-022). A volume is never reserved anew: its data lies under
 * its last reservation role, so that another one would lose it (A-078).
 */
export function checkReserve(resources: readonly Resource[], surroundings: OperationSurroundings): Refusal | undefined {
  for (const resource of resources) {
    const refusal =
      noVolume(resource, 'RESERVE') ?? dynamic(resource) ?? forOwnRole(resource, surroundings) ?? byOwnPrincipal(resource, surroundings);
    if (refusal) return refusal;
  }
  return undefined;
}

/** UNRESERVE: whoever made the reservation (B-041); never static ones (B-043), never under a volume (A-196, B-042). */
export function checkUnreserve(resources: readonly Resource[]): Refusal | undefined {
  for (const resource of resources) {
    const refusal = noVolume(resource, 'UNRESERVE') ?? dynamic(resource);
    if (refusal) return refusal;
  }
  return undefined;
}

const noVolume = (resource: Resource, type: string): Refusal | undefined =>
  isPersistentVolume(resource)
    ? invalid(`${type} cannot be done on persistent volume ${keyOfVolume(resource)}; destroy the volume first.`)
    : undefined;

const dynamic = (resource: Resource): Refusal | undefined =>
  isDynamicallyReserved(resource) ? undefined : invalid(`${formatResource(resource)} is not dynamically reserved.`);

function forOwnRole(resource: Resource, { framework, role }: OperationSurroundings): Refusal | undefined {
  const reservedFor = reservationRole(resource);
  if (reservedFor === ANY_ROLE) return invalid("Resources cannot be reserved for the role '*'.");
  const allocatedTo = resource.allocationRole ?? role;
  if (reservedFor !== allocatedTo)
    return invalid(`Resources allocated to the role '${allocatedTo}' cannot be reserved for '${reservedFor}'.`);
  return framework.roles.includes(reservedFor) ? undefined : invalid(`The framework is not subscribed to the role '${reservedFor}'.`);
}

function byOwnPrincipal(resource: Resource, { framework: { principal } }: OperationSurroundings): Refusal | undefined {
  const reserver = resource.reservations.at(-1)?.principal;
  if (principal === undefined || reserver === principal) return undefined;
  return invalid(
    `The reservation must carry the framework's principal '${principal}'; it carries ${reserver === undefined ? 'none' : `'${reserver}'`}.`,
  );
}

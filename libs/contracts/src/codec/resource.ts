import { type Resource, Resources, validateResource } from '@holdfast/core/resources';
import { Resource as WireResource } from '../gen/holdfast/v1/resource';
import type { ResourceForm } from '../messages';
import { readDisk, writeDisk } from './disk';
import { defineCodec, malformed, readEach, readOptional, required } from './edge';
import { readReservations, writeOldReservation, writeReservation } from './reservation';
import { readValue, valueType, writeRanges, writeScalar, writeSet } from './value';

/** Everything that a resource says; what our own processes speak. */
export const FULL_FORM: ResourceForm = { allocationInfo: true, reservationStack: true };

/** Every field, be it undefined: one that core adds does not compile before it is read here. */
type Complete<T> = { readonly [K in keyof Required<T>]: T[K] };

/**
 * The form only: for what comes from our own processes, which have seen it through `readValidResource`.
 * All fields are spelled out, here and below, since objects of one shape are made and read several times faster.
 */
export const readResource = (wire: WireResource): Resource =>
  ({
    name: required(wire.name, 'name'),
    value: readValue(wire),
    reservations: readReservations(wire),
    allocationRole: wire.allocationInfo === undefined ? undefined : required(wire.allocationInfo.role, 'allocation_info.role'),
    disk: readOptional(wire.disk, 'disk', readDisk),
    shared: wire.shared !== undefined,
    revocable: wire.revocable !== undefined,
    providerId: wire.providerId === undefined ? undefined : required(wire.providerId.value, 'provider_id.value'),
  }) satisfies Complete<Resource>;

/** With the rules that one resource by itself must keep (A-002, B-002, B-005, B-006, …). */
export function readValidResource(wire: WireResource): Resource {
  const resource = readResource(wire);
  const problem = validateResource(resource);
  return problem ? malformed(problem.field, problem.problem) : resource;
}

/** A list in which each object is one copy. */
export const readResources = (list: readonly WireResource[], field: string): Resources => Resources.of(readEach(list, field, readResource));

export const readValidResources = (list: readonly WireResource[], field: string): Resources =>
  Resources.of(readEach(list, field, readValidResource));

export function writeResource(resource: Resource, form: ResourceForm = FULL_FORM): WireResource {
  const { value, reservations, allocationRole, disk, providerId } = resource;
  const old = form.reservationStack ? undefined : writeOldReservation(reservations);
  return {
    providerId: providerId === undefined ? undefined : { value: providerId },
    name: resource.name,
    type: valueType(value),
    scalar: writeScalar(value),
    ranges: writeRanges(value),
    set: writeSet(value),
    role: old?.role,
    allocationInfo: form.allocationInfo && allocationRole !== undefined ? { role: allocationRole } : undefined,
    reservation: old?.reservation,
    reservations: old ? [] : reservations.map(writeReservation),
    disk: disk && writeDisk(disk),
    revocable: resource.revocable ? {} : undefined,
    shared: resource.shared ? {} : undefined,
  };
}

/** How these resources are written, as far as they show it. */
export const formOfResources = (resources: readonly WireResource[]): ResourceForm => ({
  allocationInfo: resources.every((resource) => resource.allocationInfo !== undefined),
  reservationStack: resources.every((resource) => resource.role === undefined),
});

/** Each shared resource once, as the public API has it. */
export const writeResources = (resources: Resources, form: ResourceForm = FULL_FORM): WireResource[] =>
  resources.toList().map((resource) => writeResource(resource, form));

/** Each shared resource as often as it has copies, as our own processes count. */
export function writeCopies(resources: Resources): WireResource[] {
  const list: WireResource[] = [];
  for (const resource of resources.toList()) {
    const wire = writeResource(resource);
    const copies = resource.shared ? resources.count(resource) : 1;
    for (let copy = 0; copy < copies; copy++) list.push(wire);
  }
  return list;
}

/** One resource by itself: what the ledger keeps. */
export const resourceCodec = defineCodec(WireResource, (resource: Resource) => writeResource(resource), readResource);

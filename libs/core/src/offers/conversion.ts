import { ok, refuse, refused, type Result, type Role } from '@holdfast/core/base';
import { allocated, type Resource, Resources, toPlainDisk, unreservedOnce } from '@holdfast/core/resources';
import type { Conversion, ResizeOperation, ResourceOperationType } from './operation';

/** What each operation makes of the resources that it names (A-023…A-026, B-040). */
export function conversionOf(type: ResourceOperationType, resources: readonly Resource[]): Conversion {
  const named = Resources.of(resources);
  switch (type) {
    case 'RESERVE':
      return { consumed: Resources.of(resources.map(unreservedOnce)), produced: named };
    case 'UNRESERVE':
      return { consumed: named, produced: Resources.of(resources.map(unreservedOnce)) };
    case 'CREATE':
      return { consumed: Resources.of(resources.map(toPlainDisk)), produced: named };
    case 'DESTROY':
      return { consumed: named, produced: Resources.of(resources.map(toPlainDisk)) };
  }
}

/** What GROW_VOLUME makes larger by the size of `change`, and SHRINK_VOLUME smaller; all else stays as it is (B-059). */
export function resizedVolume({ type, volume, change }: ResizeOperation): Resource {
  const by = milliOf(change);
  return { ...volume, value: { kind: 'scalar', milli: milliOf(volume) + (type === 'GROW_VOLUME' ? by : -by) } };
}

/** GROW takes the volume and the disk that is added, and gives one volume; SHRINK gives a volume and plain disk, reserved as the volume is (B-059). */
export function resizeConversion(operation: ResizeOperation): Conversion {
  const { type, volume, change } = operation;
  const resized = resizedVolume(operation);
  return type === 'GROW_VOLUME'
    ? { consumed: Resources.of([volume, change]), produced: Resources.of([resized]) }
    : { consumed: Resources.of([volume]), produced: Resources.of([resized, change]) };
}

const milliOf = ({ value }: Resource): number => (value.kind === 'scalar' ? value.milli : 0);

/** All or nothing: refused with `insufficient_resources` if what is to be consumed is not there. */
export function convert(resources: Resources, { consumed, produced }: Conversion): Result<Resources> {
  if (!resources.contains(consumed)) {
    return refused(refuse('insufficient_resources', { needed: consumed.toString(), available: resources.toString() }));
  }
  return ok(resources.subtract(consumed).add(produced));
}

/**
 * An agent's total after conversions, in order, all without allocation role. Extra copies of a shared volume are left out:
 * the total holds every volume once, also when it is resized while several offers and tasks have copies.
 * Refused with `insufficient_resources` if one does not fit, and then none is carried out: the total is not the one on which they were decided.
 * Who settled them on this very total asserts that this does not happen. Whoever else keeps the total as it is and has the agent register anew,
 * since only the agent knows what it has (architecture 6).
 */
export function convertTotal(total: Resources, conversions: readonly Conversion[]): Result<Resources> {
  let converted: Result<Resources> = ok(total);
  for (const conversion of conversions) {
    if (!conversion.consumed.isEmpty) converted = convert(converted.value, conversion);
    if (!converted.ok) return converted;
  }
  return converted;
}

export const unallocatedConversion = ({ consumed, produced }: Conversion): Conversion => ({
  consumed: consumed.unallocate(),
  produced: produced.unallocate(),
});

/** Where a framework leaves out the allocation role, that of the offers is meant (B-025). */
export const injectedRole = (resource: Resource, role: Role): Resource =>
  resource.allocationRole === undefined ? allocated(resource, role) : resource;

export const injectRole = (resources: readonly Resource[], role: Role): readonly Resource[] =>
  resources.map((resource) => injectedRole(resource, role));

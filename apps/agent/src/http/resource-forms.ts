import {
  type Range,
  reservationRole,
  type Resource,
  resourceJson,
  type Resources,
  fromMilli,
  isReserved,
  oldReservation,
} from '@holdfast/core/resources';

/**
 * Resources as the unversioned endpoints sum them up (wire 10.2): cpus, gpus, mem and disk always; other scalars, ranges and sets by name;
 * revocable ones under `<name>_revocable`. MB for mem and disk, of which volumes are simply part.
 */
export function summaryForm(resources: Iterable<Resource>): Readonly<Record<string, number | string>> {
  const milli = new Map<string, number>([...ALWAYS].map((name) => [name, 0]));
  const ranges = new Map<string, Range[]>();
  const items = new Map<string, string[]>();
  for (const { name: plain, revocable, value } of resources) {
    const name = revocable ? `${plain}_revocable` : plain;
    if (value.kind === 'scalar') milli.set(name, (milli.get(name) ?? 0) + value.milli);
    else if (value.kind === 'ranges') ranges.set(name, [...(ranges.get(name) ?? []), ...value.ranges]);
    else items.set(name, [...(items.get(name) ?? []), ...value.items]);
  }
  return Object.fromEntries<number | string>([
    ...[...milli].map(([name, sum]) => [name, fromMilli(sum)] as const),
    ...[...ranges].map(([name, all]) => [name, rangesText(all)] as const),
    ...[...items].map(([name, all]) => [name, `{${all.sort().join(', ')}}`] as const),
  ]);
}

/** A resource with its reservation in the new format and, where that has a way to say it, the old one (wire 10.2). */
export const bothForms = (resource: Resource): object => {
  const { role, reservation } = oldReservation(resource.reservations) ?? {};
  return {
    ...resourceJson(resource),
    ...(role !== undefined && { role }),
    ...(reservation && { reservation: { ...reservation, ...(reservation.labels && { labels: { labels: reservation.labels } }) } }),
  };
};

/** By the role that they are reserved to. */
export function reservedByRole(resources: Resources): ReadonlyMap<string, readonly Resource[]> {
  const byRole = new Map<string, Resource[]>();
  for (const resource of resources.toList().filter((each) => isReserved(each))) {
    const role = reservationRole(resource);
    byRole.set(role, [...(byRole.get(role) ?? []), resource]);
  }
  return byRole;
}

export const unreserved = (resources: Resources): readonly Resource[] => resources.toList().filter((resource) => !isReserved(resource));

export const mapValues = <T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): Readonly<Record<string, U>> =>
  Object.fromEntries([...map].map(([key, value]) => [key, change(value)]));

const ALWAYS = ['cpus', 'gpus', 'mem', 'disk'];

const rangesText = (ranges: readonly Range[]): string =>
  `[${[...ranges]
    .sort((one, other) => one.begin - other.begin)
    .map(({ begin, end }) => `${begin}-${end}`)
    .join(', ')}]`;

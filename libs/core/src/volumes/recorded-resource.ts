import type { Resource } from '@holdfast/core/resources';

/** The volume as the ledger keeps it: to whom it happens to be allocated is no part of it. */
export function asRecorded(resource: Resource): Resource {
  const { allocationRole: _allocationRole, ...recorded } = resource;
  return recorded;
}

/** One text for equal resources, whatever the order of their fields; JSON, so that an operator can read it in Redis. */
export const resourceText = (resource: Resource): string => JSON.stringify(sorted(asRecorded(resource)));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, sorted(field)]),
  );
}

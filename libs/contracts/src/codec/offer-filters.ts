import type { MinAllocatable } from '@holdfast/core/offers';
import { unitsProblem } from '@holdfast/core/resources';
import type { OfferFilters as WireOfferFilters, OfferFilters_ResourceQuantities as WireQuantities } from '../gen/holdfast/v1/quantity';
import { malformed, readEach, readPart, required } from './edge';

type ByRole = Readonly<Record<string, WireOfferFilters>>;
type Quantities = MinAllocatable[string][number];

const readQuantities = (wire: WireQuantities): Quantities =>
  Object.fromEntries(
    Object.entries(wire.quantities).map(([name, { value }]) => {
      const units = required(value, `quantities.${name}.value`);
      const problem = unitsProblem(units);
      return problem === undefined ? [name, units] : malformed(`quantities.${name}.value`, problem);
    }),
  );

const writeQuantities = (quantities: Quantities): WireQuantities => ({
  quantities: Object.fromEntries(Object.entries(quantities).map(([name, value]) => [name, { value }])),
});

/** By role, in units as on the wire (cpus, MB). A role whose filter says nothing is left out: the cluster's own minimum holds (C-059). */
export function readOfferFilters(wire: ByRole): MinAllocatable {
  const roles: [string, readonly Quantities[]][] = [];
  for (const [role, { minAllocatableResources: least }] of Object.entries(wire)) {
    if (least === undefined) continue;
    roles.push([
      role,
      readPart(least.quantities, `${role}.min_allocatable_resources`, (list) => readEach(list, 'quantities', readQuantities)),
    ]);
  }
  return Object.fromEntries(roles);
}

export const writeOfferFilters = (least: MinAllocatable | undefined): Record<string, WireOfferFilters> =>
  Object.fromEntries(
    Object.entries(least ?? {}).map(([role, sets]) => [role, { minAllocatableResources: { quantities: sets.map(writeQuantities) } }]),
  );

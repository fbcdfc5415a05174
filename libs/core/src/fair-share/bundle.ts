import { type Resources, unallocatedIdentity } from '@holdfast/core/resources';
import type { Quantities, ScalarColumns } from './quantities';
import type { SharedCopies } from './shared-holdings';

/** Resources with what charging them needs, worked out once. */
export interface Bundle {
  readonly resources: Resources;
  readonly nonShared: Resources;
  readonly shared: Resources;
  /** Of what is not shared. */
  readonly quantities: Quantities;
  readonly copies: readonly SharedCopies[];
}

const NOTHING_SHARED: readonly SharedCopies[] = [];

export function bundleOf(resources: Resources, columns: ScalarColumns): Bundle {
  const nonShared = resources.nonShared();
  const shared = resources.shared();
  return { resources, nonShared, shared, quantities: columns.quantities(nonShared.scalars()), copies: copiesOf(shared, columns) };
}

function copiesOf(shared: Resources, columns: ScalarColumns): readonly SharedCopies[] {
  if (shared.isEmpty) return NOTHING_SHARED;
  const list: SharedCopies[] = [];
  for (const { resource, copies } of shared.entries()) {
    const milli = resource.value.kind === 'scalar' ? resource.value.milli : 0;
    list.push({ identity: unallocatedIdentity(resource), copies, quantities: columns.quantities(new Map([[resource.name, milli]])) });
  }
  return list;
}

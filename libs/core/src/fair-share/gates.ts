import type { Capability } from '@holdfast/core/offers';
import type { Resource } from '@holdfast/core/resources';

/** Kinds of resources, and of agents, that only frameworks with a capability are shown, as bits: frameworks with equal bits see the same. */
export type Gates = number;

const SHARED: Gates = 1;
const REVOCABLE: Gates = 2;
const REFINED: Gates = 4;
/** Of whole agents. */
const GPUS: Gates = 8;
const REMOTE: Gates = 16;
export const ALL_GATES: Gates = SHARED | REVOCABLE | REFINED;

/** Which gates a framework may pass (A-081 and C-070 to C-074). */
export function gatesOf(capabilities: ReadonlySet<Capability>): Gates {
  return (
    (capabilities.has('SHARED_RESOURCES') ? SHARED : 0) |
    (capabilities.has('REVOCABLE_RESOURCES') ? REVOCABLE : 0) |
    (capabilities.has('RESERVATION_REFINEMENT') ? REFINED : 0) |
    (capabilities.has('GPU_RESOURCES') ? GPUS : 0) |
    (capabilities.has('REGION_AWARE') ? REMOTE : 0)
  );
}

/** Which gates one must pass to be shown a resource. */
export function gatesBefore(resource: Resource): Gates {
  return (resource.shared ? SHARED : 0) | (resource.revocable ? REVOCABLE : 0) | (resource.reservations.length > 1 ? REFINED : 0);
}

/** Which gates one must pass to be shown anything of an agent. */
export const gatesBeforeAgent = (agent: { readonly hasGpus: boolean; readonly isRemote: boolean }): Gates =>
  (agent.hasGpus ? GPUS : 0) | (agent.isRemote ? REMOTE : 0);

export const isOpen = (gatesBefore: Gates, gatesOfFramework: Gates): boolean => (gatesBefore & ~gatesOfFramework) === 0;

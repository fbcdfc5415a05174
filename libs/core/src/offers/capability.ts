import type { Resource } from '@holdfast/core/resources';
import type { Capability, FrameworkInfo } from './framework';

/** What a framework may say of itself; others are not known here and are passed over. */
export const CAPABILITIES: readonly Capability[] = [
  'REVOCABLE_RESOURCES',
  'TASK_KILLING_STATE',
  'GPU_RESOURCES',
  'SHARED_RESOURCES',
  'PARTITION_AWARE',
  'MULTI_ROLE',
  'RESERVATION_REFINEMENT',
  'REGION_AWARE',
];

export const isCapability = (name: string): name is Capability => (CAPABILITIES as readonly string[]).includes(name);

export const hasCapability = (framework: Pick<FrameworkInfo, 'capabilities'>, capability: Capability): boolean =>
  framework.capabilities.has(capability);

/**
 * Whether a framework is ready for a resource; others are left out of its offers while the rest of the agent is offered
 * (A-081, C-070, C-071, C-072). Since it cannot be offered what it is not ready for, LAUNCH and DESTROY need not ask again.
 */
export function canReceive(capabilities: ReadonlySet<Capability>, resource: Resource): boolean {
  if (resource.shared && !capabilities.has('SHARED_RESOURCES')) return false;
  if (resource.revocable && !capabilities.has('REVOCABLE_RESOURCES')) return false;
  return resource.reservations.length <= 1 || capabilities.has('RESERVATION_REFINEMENT');
}

import { type Refusal, refuse } from '@holdfast/core/base';
import { type Resource, validateResources } from '@holdfast/core/resources';
import { oneAllocationRole, oneProvider, refuseProblem } from './check-resources';
import { checkReserve, checkUnreserve } from './check-reservation';
import { checkCreate, checkDestroy } from './check-volume';
import type { ResourceOperationType } from './operation';
import type { OperationSurroundings } from './operation-surroundings';

const CHECKS: Readonly<
  Record<ResourceOperationType, (resources: readonly Resource[], surroundings: OperationSurroundings) => Refusal | undefined>
> = {
  RESERVE: checkReserve,
  UNRESERVE: checkUnreserve,
  CREATE: checkCreate,
  DESTROY: checkDestroy,
};

/**
 * Refuses an operation that may not be done, whatever is left of the offers. `resources` carry allocation roles (B-025). First what all
 * have in common, then what is particular to the type, last the allocation roles (A-038, B-050).
 */
export function checkOperation(
  type: ResourceOperationType,
  resources: readonly Resource[],
  surroundings: OperationSurroundings,
): Refusal | undefined {
  return (
    wellFormed(type, resources) ??
    oneProvider(resources) ??
    CHECKS[type](resources, surroundings) ??
    oneAllocationRole(resources, surroundings.role)
  );
}

function wellFormed(type: ResourceOperationType, resources: readonly Resource[]): Refusal | undefined {
  if (resources.length === 0) return refuse('operation_invalid', { problem: `${type} names no resources.` });
  return refuseProblem(validateResources(resources));
}

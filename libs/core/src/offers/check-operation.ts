import { type Refusal, refuse, type Role } from '@holdfast/core/base';
import { type Resource, validateResources } from '@holdfast/core/resources';
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
  const problem = validateResources(resources);
  return problem && refuse('operation_invalid', { problem: `${problem.field}: ${problem.problem}` });
}

/** B-024. The agent itself counts as one. */
function oneProvider(resources: readonly Resource[]): Refusal | undefined {
  const mixed = resources.some((resource) => resource.providerId !== resources[0]?.providerId);
  return mixed ? refuse('operation_invalid', { problem: 'The resources are of more than one resource provider.' }) : undefined;
}

/** B-022, B-023. */
function oneAllocationRole(resources: readonly Resource[], role: Role): Refusal | undefined {
  const other = resources.find((resource) => resource.allocationRole !== role);
  if (!other) return undefined;
  const problem = `The resources are allocated to the role '${other.allocationRole ?? ''}', but the accepted offers are for '${role}'.`;
  return refuse('operation_invalid', { problem });
}

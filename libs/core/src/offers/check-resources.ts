import { type Refusal, refuse, type Role } from '@holdfast/core/base';
import type { Problem, Resource } from '@holdfast/core/resources';

/* What every operation that changes resources is asked. */

export const refuseProblem = (problem: Problem | undefined): Refusal | undefined =>
  problem && refuse('operation_invalid', { problem: `${problem.field}: ${problem.problem}` });

/** B-024. The agent itself counts as one. */
export function oneProvider(resources: readonly Resource[]): Refusal | undefined {
  const mixed = resources.some((resource) => resource.providerId !== resources[0]?.providerId);
  return mixed ? refuse('operation_invalid', { problem: 'The resources are of more than one resource provider.' }) : undefined;
}

/** B-022, B-023. */
export function oneAllocationRole(resources: readonly Resource[], role: Role): Refusal | undefined {
  const other = resources.find((resource) => resource.allocationRole !== role);
  if (!other) return undefined;
  const problem = `The resources are allocated to the role '${other.allocationRole ?? ''}', but the accepted offers are for '${role}'.`;
  return refuse('operation_invalid', { problem });
}

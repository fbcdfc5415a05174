import { isPersistentVolume } from './persistent-volume';
import type { Problem } from './problem';
import type { Resource, Value } from './resource';
import { validateResource } from './validate-resource';

/** What an agent may not be started with: things that only operations make, and one name with two types (B-008). */
export function validateAgentResources(resources: readonly Resource[]): Problem | undefined {
  const kinds = new Map<string, Value['kind']>();
  for (const [at, resource] of resources.entries()) {
    const field = `resources[${at}]`;
    const problem = validateResource(resource, field) ?? madeLaterProblem(resource, field);
    if (problem) return problem;
    const kind = kinds.get(resource.name) ?? resource.value.kind;
    if (kind !== resource.value.kind) {
      return { field, problem: `'${resource.name}' is a ${resource.value.kind} here and a ${kind} before; one name has one type` };
    }
    kinds.set(resource.name, kind);
  }
  return undefined;
}

function madeLaterProblem(resource: Resource, field: string): Problem | undefined {
  if (isPersistentVolume(resource)) return { field: `${field}.disk.persistence`, problem: 'Volumes are made with CREATE, not configured.' };
  if (resource.revocable) return { field: `${field}.revocable`, problem: 'An agent is not configured with revocable resources.' };
  if (resource.allocationRole !== undefined) return { field: `${field}.allocation_info`, problem: 'Allocations are made with offers.' };
  const dynamic = resource.reservations.findIndex((reservation) => reservation.type === 'dynamic');
  if (dynamic < 0) return undefined;
  return { field: `${field}.reservations[${dynamic}]`, problem: 'Dynamic reservations are made with RESERVE, not configured.' };
}

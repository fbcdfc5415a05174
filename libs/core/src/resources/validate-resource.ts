import { ANY_ROLE } from '@holdfast/core/base';
import { diskProblem } from './validate-disk';
import { isDynamicallyReserved } from './reservations';
import { firstProblem, type Problem } from './problem';
import type { Reservation, Resource } from './resource';
import { roleIsAncestor, roleProblem } from './roles';
import { valueProblem } from './validate-value';

/**
 * What makes one resource unacceptable, whoever sends it, or nothing. `field` starts with `path`, e.g. `resources[0]`
 * (A-002, A-054, B-002, B-005, B-006, B-007, B-009, B-012). Where a volume appears in a container is containerPathProblem's.
 */
export function validateResource(resource: Resource, path = ''): Problem | undefined {
  const problem = firstProblem(
    () => nameProblem(resource.name),
    () => valueProblem(resource),
    () => reservationsProblem(resource),
    () => diskProblem(resource),
    () => sharedProblem(resource),
  );
  return problem && { field: path ? `${path}.${problem.field}` : problem.field, problem: problem.problem };
}

/** The first problem of a list; `field` is a path such as `volumes[2].disk.persistence.id`. */
export function validateResources(resources: Iterable<Resource>, path = 'resources'): Problem | undefined {
  let at = 0;
  for (const resource of resources) {
    const problem = validateResource(resource, `${path}[${at++}]`);
    if (problem) return problem;
  }
  return undefined;
}

const nameProblem = (name: string): Problem | undefined => (name === '' ? { field: 'name', problem: 'may not be empty' } : undefined);

function reservationsProblem(resource: Resource): Problem | undefined {
  const { reservations } = resource;
  for (const [at, reservation] of reservations.entries()) {
    const problem = reservationProblem(reservation, reservations[at - 1]);
    if (problem) return { field: `reservations[${at}].${problem.field}`, problem: problem.problem };
  }
  if (resource.revocable && isDynamicallyReserved(resource)) {
    return { field: 'revocable', problem: 'Revocable resources cannot be dynamically reserved.' };
  }
  return undefined;
}

function reservationProblem({ role, type }: Reservation, below: Reservation | undefined): Problem | undefined {
  const problem = role === ANY_ROLE ? "The role '*' cannot be reserved." : roleProblem(role);
  if (problem) return { field: 'role', problem };
  if (below && type === 'static') return { field: 'type', problem: 'A reservation that refines another must be dynamic.' };
  if (below && !roleIsAncestor(below.role, role)) {
    return { field: 'role', problem: `The role '${role}' does not refine '${below.role}'.` };
  }
  return undefined;
}

function sharedProblem(resource: Resource): Problem | undefined {
  if (!resource.shared) return undefined;
  if (resource.name !== 'disk') return { field: 'shared', problem: `Resource ${resource.name} cannot be shared.` };
  return resource.disk?.persistence ? undefined : { field: 'shared', problem: 'Only persistent volumes can be shared.' };
}

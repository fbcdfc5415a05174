import type { Role } from '@holdfast/core/base';
import { roleProblem } from '@holdfast/core/resources';
import { malformed } from './edge';

/** A role by itself in a list (B-012). */
export function readRole(role: string): Role {
  const problem = roleProblem(role);
  return problem === undefined ? role : malformed('', problem);
}

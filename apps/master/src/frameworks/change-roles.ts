import { ok, refuse, refused, type Result, type Role } from '@holdfast/core/base';
import type { Empty } from '@holdfast/contracts';
import type { Deps } from '../deps';
import type { Framework } from './framework-book';

/**
 * REVIVE and SUPPRESS, for the named roles or for all (C-053, C-054). A role that is not the framework's makes the whole
 * call invalid; Mesos ignores it in silence (C-055), we say so.
 */
export function changeRoles(
  deps: Deps,
  framework: Framework,
  kind: 'revive_roles' | 'suppress_roles',
  roles: readonly Role[],
): Result<Empty> {
  const stranger = roles.find((role) => !framework.info.roles.includes(role));
  if (stranger !== undefined) {
    return refused(refuse('invalid_argument', { field: 'roles', problem: `'${stranger}' is not one of the framework's roles` }));
  }
  const changed = roles.length > 0 ? roles : framework.info.roles;
  const suppressed = new Set(framework.suppressedRoles);
  for (const role of changed) {
    if (kind === 'suppress_roles') suppressed.add(role);
    else suppressed.delete(role);
  }
  framework.suppressedRoles = suppressed;
  deps.allocator.change({ kind, frameworkId: framework.id, roles });
  return ok({});
}

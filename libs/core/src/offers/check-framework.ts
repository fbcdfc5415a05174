import { ANY_ROLE, ok, type Refusal, refuse, refused, type Result, type Role } from '@holdfast/core/base';
import { roleProblem } from '@holdfast/core/resources';
import { userProblem } from '@holdfast/core/tasks';
import type { Capability, FrameworkInfo } from './framework';

/** Roles as a FrameworkInfo gives them on the wire. */
export interface DeclaredRoles {
  readonly role?: Role;
  readonly roles: readonly Role[];
  readonly capabilities: ReadonlySet<Capability>;
}

const invalid = (problem: string): Refusal => refuse('framework_invalid', { problem });

/** With MULTI_ROLE those of `roles` (none is fine: no offers then), otherwise the one in `role`, `*` by default (C-078). */
export function rolesOf({ role, roles, capabilities }: DeclaredRoles): Result<readonly Role[]> {
  if (capabilities.has('MULTI_ROLE')) {
    return role === undefined ? ok(roles) : refused(invalid("A framework with the capability MULTI_ROLE sets 'roles', not 'role'."));
  }
  return roles.length === 0
    ? ok([role ?? ANY_ROLE])
    : refused(invalid("A framework without the capability MULTI_ROLE sets 'role', not 'roles'."));
}

/**
 * Refuses a subscription of a framework that is wrong in itself (D-002): `framework_invalid`. `suppressedRoles`: for which roles it wants
 * no offers at first; they must be among its own (C-056).
 */
export function checkFramework(framework: FrameworkInfo, suppressedRoles: readonly Role[] = []): Refusal | undefined {
  const problem =
    rolesProblem(framework.roles) ??
    suppressedProblem(framework.roles, suppressedRoles) ??
    failoverProblem(framework) ??
    nameOfUser(framework);
  return problem === undefined ? undefined : invalid(problem);
}

function rolesProblem(roles: readonly Role[]): string | undefined {
  const seen = new Set<Role>();
  for (const role of roles) {
    const problem = roleProblem(role);
    if (problem !== undefined) return problem;
    if (seen.has(role)) return `The framework names the role '${role}' twice.`;
    seen.add(role);
  }
  return undefined;
}

function suppressedProblem(roles: readonly Role[], suppressed: readonly Role[]): string | undefined {
  const stranger = suppressed.find((role) => !roles.includes(role));
  return stranger === undefined ? undefined : `The suppressed role '${stranger}' is not one of the framework's roles.`;
}

const failoverProblem = ({ failoverTimeoutMs }: FrameworkInfo): string | undefined =>
  Number.isFinite(failoverTimeoutMs) && failoverTimeoutMs >= 0
    ? undefined
    : 'failover_timeout must be a number of seconds that is not negative.';

const nameOfUser = ({ user }: FrameworkInfo): string | undefined => {
  const problem = userProblem(user);
  return problem === undefined ? undefined : `FrameworkInfo.user: ${problem}`;
};

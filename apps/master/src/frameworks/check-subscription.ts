import { authorize } from '@holdfast/core/authorization';
import { ok, refuse, refused, type Refusal, type Result } from '@holdfast/core/base';
import { checkMinAllocatable, checkOfferConstraints } from '@holdfast/core/fair-share';
import { checkFramework, type FrameworkInfo } from '@holdfast/core/offers';
import type { SubscribeRequest } from '@holdfast/contracts';
import { compileRegex } from '@holdfast/platform/regex';
import type { Caller } from '../calls/caller';
import type { Deps } from '../deps';

/** Who has proved to be somebody subscribes as that, and need not say so (D-003). Refused with `principal_mismatch`. */
export function withPrincipal(info: FrameworkInfo, { principal }: Caller): Result<FrameworkInfo> {
  if (principal === undefined || info.principal === principal) return ok(info);
  if (info.principal !== undefined) return refused(refuse('principal_mismatch', { caller: principal, principal: info.principal }));
  return ok({ ...info, principal });
}

/**
 * What SUBSCRIBE and UPDATE_FRAMEWORK ask in common: `framework_invalid`, or `unauthorized` for its roles (D-002, D-015). Holdfast has
 * neither a list of permitted roles nor a setting that keeps root out, which D-016 speaks of; ACLs say who may register for which roles.
 */
export function checkSubscription(deps: Pick<Deps, 'acls'>, request: SubscribeRequest): Refusal | undefined {
  const { framework, suppressedRoles, offerConstraints } = request;
  return (
    checkFramework(framework, suppressedRoles) ??
    (offerConstraints && checkOfferConstraints(offerConstraints, framework.roles, compileRegex)) ??
    (framework.minAllocatable && checkMinAllocatable(framework.minAllocatable, framework.roles)) ??
    authorize(deps.acls, framework.principal, { kind: 'register_frameworks', roles: framework.roles })
  );
}

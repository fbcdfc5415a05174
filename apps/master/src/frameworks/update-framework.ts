import { ok, refuse, refused, type Refusal, type Result } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import type { CallAnswer, UpdateFrameworkRequest } from '@holdfast/contracts';
import type { Caller } from '../calls/caller';
import type { Deps } from '../deps';
import { rescindOffer } from '../offers/return-offers';
import { checkSubscription, withPrincipal } from './check-subscription';
import { asBookChange, type Framework } from './framework-book';

/**
 * Replaces what SUBSCRIBE said, suppressed roles and offer constraints included (C-056); all or nothing (D-015). Offers for roles that it
 * leaves are rescinded, those for roles that it suppresses stay. Refused with `principal_mismatch`, `framework_invalid` (also for another
 * user, checkpoint or principal: D-006) or `unauthorized`.
 */
export function updateFramework(deps: Deps, framework: Framework, request: UpdateFrameworkRequest, caller: Caller): Result<CallAnswer> {
  const filled = withPrincipal(request.framework, caller);
  if (!filled.ok) return filled;
  const info = filled.value;
  const refusal = checkUnchanged(framework, info) ?? checkSubscription(deps, { ...request, framework: info });
  if (refusal) return refused(refusal);

  framework.info = { ...info, id: framework.id };
  framework.suppressedRoles = new Set(request.suppressedRoles);
  framework.offerConstraints = request.offerConstraints;
  deps.frameworkStore.save({ info: framework.info });
  // First: what the offers return must not be offered for a role that it has left.
  deps.allocator.change(asBookChange(framework));
  for (const offer of deps.offers.ofFramework(framework.id)) {
    if (!info.roles.includes(offer.role)) rescindOffer(deps, offer);
  }
  deps.log.info({ frameworkId: framework.id, roles: info.roles }, 'framework updated');
  return ok({});
}

const FIXED = ['user', 'checkpoint', 'principal'] as const satisfies readonly (keyof FrameworkInfo)[];

/** An update would make the master and the agents that run its tasks disagree (D-006). */
function checkUnchanged({ id, info }: Framework, given: FrameworkInfo): Refusal | undefined {
  if (given.id !== id) {
    return refuse('framework_invalid', { problem: `framework_info.id must be the framework's own, ${id}; it is '${given.id ?? ''}'.` });
  }
  const changed = FIXED.find((field) => given[field] !== info[field]);
  return (
    changed &&
    refuse('framework_invalid', { problem: `${changed} cannot change from '${info[changed] ?? ''}' to '${given[changed] ?? ''}'.` })
  );
}

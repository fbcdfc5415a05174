import type { FrameworkId, Role } from '@holdfast/core/base';
import type { Call_Subscribe as WireSubscribe } from '../gen/holdfast/v1/scheduler_call';
import type { SubscribeRequest, UpdateFrameworkRequest } from '../messages';
import { malformed, readOptional, readPart } from './edge';
import { frameworkInvalid, readFrameworkInfo, writeFrameworkInfo } from './framework';
import { readOfferConstraints, writeOfferConstraints } from './offer-constraints';

/** What SUBSCRIBE and UPDATE_FRAMEWORK say, over whichever door; roles that are named must be the framework's (C-056, C-078, D-002). */
export function readSubscription(wire: WireSubscribe): SubscribeRequest {
  const framework = readPart(wire.frameworkInfo, 'framework_info', readFrameworkInfo);
  const offerConstraints = readOptional(wire.offerConstraints, 'offer_constraints', readOfferConstraints);
  refuseStray('suppressed_roles', wire.suppressedRoles, framework.roles);
  refuseStray('offer_constraints', Object.keys(offerConstraints ?? {}), framework.roles);
  refuseStray('offer_filters', Object.keys(framework.minAllocatable ?? {}), framework.roles);
  return { framework, suppressedRoles: wire.suppressedRoles, ...(offerConstraints && { offerConstraints }) };
}

function refuseStray(field: string, named: readonly Role[], roles: readonly Role[]): void {
  const stray = named.find((role) => !roles.includes(role));
  if (stray !== undefined) frameworkInvalid(`${field} contains '${stray}', which is not a role of the framework.`);
}

export const writeSubscription = ({ framework, suppressedRoles, offerConstraints }: SubscribeRequest): WireSubscribe => ({
  frameworkInfo: writeFrameworkInfo(framework),
  suppressedRoles: [...suppressedRoles],
  offerConstraints: offerConstraints && writeOfferConstraints(offerConstraints),
});

/** UPDATE_FRAMEWORK: of the framework that it names, and no other. `field`: where the framework's own id stands. */
export function ofFramework(subscription: SubscribeRequest, frameworkId: FrameworkId, field: string): UpdateFrameworkRequest {
  if (subscription.framework.id !== frameworkId) malformed('framework_id', `differs from '${field}'`);
  return { frameworkId, ...subscription };
}

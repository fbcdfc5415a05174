import type { FaultDomain } from '@holdfast/core/offers';
import type { Attribute, Resources } from '@holdfast/core/resources';

/** What an agent tells a master of itself, and may not change under one agent id as it likes. */
export interface AgentProfile {
  readonly hostname: string;
  /** What it was started with, before anything of it was reserved. */
  readonly configured: Resources;
  readonly attributes: readonly Attribute[];
  readonly domain?: FaultDomain;
}

/** What may change: nothing, or only what takes nothing away (D-078). */
export type ReconfigurationPolicy = 'equal' | 'additive';

/**
 * Why an agent may not keep its id as it is now, in words that go on after "This agent "; undefined: it may. With `additive` scalars may grow,
 * ranges and sets may be extended, attributes and a domain may be added (D-078).
 */
export function whatIsIncompatible(former: AgentProfile, now: AgentProfile, policy: ReconfigurationPolicy): string | undefined {
  if (former.hostname !== now.hostname) return `was called ${former.hostname} and is now called ${now.hostname}`;
  return (
    resourcesProblem(former.configured, now.configured, policy) ??
    attributesProblem(former.attributes, now.attributes, policy) ??
    domainProblem(former.domain, now.domain, policy)
  );
}

function resourcesProblem(former: Resources, now: Resources, policy: ReconfigurationPolicy): string | undefined {
  if (former.equals(now) || (policy === 'additive' && now.contains(former))) return undefined;
  return `was started with ${former} and has now ${now}`;
}

function attributesProblem(former: readonly Attribute[], now: readonly Attribute[], policy: ReconfigurationPolicy): string | undefined {
  const lost = firstWithout(former, now);
  if (lost) return `was started with the attribute ${lost.name}, which has changed or gone`;
  const added = policy === 'equal' ? firstWithout(now, former) : undefined;
  return added && `was started without the attribute ${added.name}`;
}

/** The first of these that the others lack, each counted as often as it stands there. */
function firstWithout(these: readonly Attribute[], others: readonly Attribute[]): Attribute | undefined {
  const left = others.map((attribute) => JSON.stringify(attribute));
  return these.find((attribute) => {
    const at = left.indexOf(JSON.stringify(attribute));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function domainProblem(former: FaultDomain | undefined, now: FaultDomain | undefined, policy: ReconfigurationPolicy): string | undefined {
  if (former?.region === now?.region && former?.zone === now?.zone) return undefined;
  if (policy === 'additive' && !former) return undefined;
  return `stood at ${nameOf(former)} and stands now at ${nameOf(now)}`;
}

const nameOf = (domain: FaultDomain | undefined): string => (domain ? `${domain.region}/${domain.zone}` : 'no domain');

import { type FrameworkId, type Role, refuse } from '@holdfast/core/base';
import type { Capability, FrameworkInfo } from '@holdfast/core/offers';
import { idProblem, roleProblem } from '@holdfast/core/resources';
import {
  FrameworkInfo as WireFrameworkInfo,
  type FrameworkInfo_Capability as WireCapability,
  FrameworkInfo_Capability_Type as CapabilityType,
} from '../gen/holdfast/v1/framework';
import { defineCodec, readEach, readPart, refuseMessage, required } from './edge';
import { readOptionalId, writeOptionalId } from './ids';
import { readLabels, writeLabels } from './label';
import { readOfferFilters, writeOfferFilters } from './offer-filters';

/** The longest that 64 bits of nanoseconds hold, as Mesos keeps durations. */
const LONGEST_SECONDS = 9_223_372_036;

/** The framework as it is described cannot be; the Mesos door says so with an ERROR event (D-002). */
export const frameworkInvalid = (problem: string): never => refuseMessage(refuse('framework_invalid', { problem }));

export function readFrameworkInfo(wire: WireFrameworkInfo): FrameworkInfo {
  const user = required(wire.user, 'user');
  const name = required(wire.name, 'name');
  // Mesos takes an empty id for none.
  const id = wire.id?.value === '' ? undefined : readFrameworkId(wire.id);
  const capabilities = new Set(
    readEach(wire.capabilities, 'capabilities', readCapability).filter((capability) => capability !== undefined),
  );
  const minAllocatable = readPart(wire.offerFilters, 'offer_filters', readOfferFilters);
  return {
    ...(id !== undefined && { id }),
    name,
    user,
    roles: readRoles(wire, capabilities),
    capabilities,
    ...(wire.principal !== undefined && { principal: wire.principal }),
    ...(wire.hostname !== undefined && { hostname: wire.hostname }),
    ...(wire.webuiUrl !== undefined && { webuiUrl: wire.webuiUrl }),
    failoverTimeoutMs: readFailoverTimeoutMs(wire.failoverTimeout ?? 0),
    checkpoint: wire.checkpoint ?? false,
    labels: readLabels(wire.labels, 'labels'),
    ...(Object.keys(minAllocatable).length > 0 && { minAllocatable }),
  };
}

function readFrameworkId(wire: WireFrameworkInfo['id']): FrameworkId | undefined {
  const problem = wire?.value === undefined ? undefined : idProblem(wire.value);
  return problem === undefined ? readOptionalId(wire, 'id') : frameworkInvalid(`'FrameworkInfo.id' ${problem}.`);
}

/** UNKNOWN is how an older peer sees a capability that is news to it, and says nothing (C-078 counts the known ones). */
export function readCapability(wire: WireCapability): Capability | undefined {
  const { type } = wire;
  return type === CapabilityType.UNKNOWN || type === CapabilityType.UNRECOGNIZED ? undefined : type;
}

/** With MULTI_ROLE: `roles`, without duplicates; without: `role` (C-078). */
function readRoles({ role, roles }: WireFrameworkInfo, capabilities: ReadonlySet<Capability>): readonly Role[] {
  if (!capabilities.has('MULTI_ROLE')) {
    if (roles.length > 0) frameworkInvalid("'FrameworkInfo.roles' must not be set without the capability MULTI_ROLE; set 'role'.");
    return [validRole(role ?? '*')];
  }
  if (role !== undefined) frameworkInvalid("'FrameworkInfo.role' must not be set with the capability MULTI_ROLE; set 'roles'.");
  const twice = roles.find((one, at) => roles.indexOf(one) !== at);
  if (twice !== undefined) frameworkInvalid(`'FrameworkInfo.roles' contains '${twice}' more than once.`);
  return roles.map(validRole);
}

function validRole(role: string): Role {
  const problem = roleProblem(role);
  return problem === undefined ? role : frameworkInvalid(problem);
}

function readFailoverTimeoutMs(seconds: number): number {
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > LONGEST_SECONDS) {
    frameworkInvalid(`'FrameworkInfo.failover_timeout' must be between 0 and ${LONGEST_SECONDS} seconds, not ${seconds}.`);
  }
  return Math.round(seconds * 1000);
}

export function writeFrameworkInfo(info: FrameworkInfo): WireFrameworkInfo {
  const isMultiRole = info.capabilities.has('MULTI_ROLE');
  return {
    user: info.user,
    name: info.name,
    id: writeOptionalId(info.id),
    failoverTimeout: info.failoverTimeoutMs / 1000,
    checkpoint: info.checkpoint,
    role: isMultiRole ? undefined : info.roles[0],
    roles: isMultiRole ? [...info.roles] : [],
    hostname: info.hostname,
    principal: info.principal,
    webuiUrl: info.webuiUrl,
    capabilities: writeCapabilities(info.capabilities).map((type) => ({ type })),
    labels: writeLabels(info.labels),
    offerFilters: writeOfferFilters(info.minAllocatable),
  };
}

export const writeCapabilities = (capabilities: ReadonlySet<Capability>): CapabilityType[] =>
  Array.from(capabilities, (capability) => CapabilityType[capability]);

/** A FrameworkInfo by itself: what an agent keeps on its disk. */
export const frameworkInfoCodec = defineCodec(WireFrameworkInfo, writeFrameworkInfo, readFrameworkInfo);

import { ANY_ROLE } from '@holdfast/core/base';
import type { Offer } from '@holdfast/core/offers';
import type { URL as WireUrl } from '../gen/holdfast/v1/address';
import type { Offer as WireOffer } from '../gen/holdfast/v1/offer';
import type { ResourceForm } from '../messages';
import { readAttribute, writeAttribute } from './attribute';
import { readDomain, writeDomain } from './domain';
import { readEach, readOptional, required } from './edge';
import { readId, readIdMessage, writeId } from './ids';
import { readResources, writeResources } from './resource';

/** A framework without MULTI_ROLE is not told the role (C-077); it knows its only one. Here stands `*` then. */
export function readOffer(wire: WireOffer): Offer {
  const domain = readOptional(wire.domain, 'domain', readDomain);
  const url = readOptional(wire.url, 'url', readUrl);
  return {
    id: readId(wire.id, 'id'),
    frameworkId: readId(wire.frameworkId, 'framework_id'),
    agentId: readId(wire.agentId, 'agent_id'),
    hostname: required(wire.hostname, 'hostname'),
    role: wire.allocationInfo === undefined ? ANY_ROLE : required(wire.allocationInfo.role, 'allocation_info.role'),
    resources: readResources(wire.resources, 'resources'),
    attributes: readEach(wire.attributes, 'attributes', readAttribute),
    ...(wire.executorIds.length > 0 && { executorIds: readEach(wire.executorIds, 'executor_ids', readIdMessage) }),
    ...(domain !== undefined && { domain }),
    ...(url !== undefined && { url }),
  };
}

export const writeOffer = (offer: Offer, form: ResourceForm): WireOffer => ({
  id: writeId(offer.id),
  frameworkId: writeId(offer.frameworkId),
  agentId: writeId(offer.agentId),
  hostname: offer.hostname,
  url: offer.url && writeUrl(offer.url),
  domain: offer.domain && writeDomain(offer.domain),
  resources: writeResources(offer.resources, form),
  attributes: offer.attributes.map(writeAttribute),
  executorIds: offer.executorIds ? offer.executorIds.map(writeId) : [],
  allocationInfo: form.allocationInfo ? { role: offer.role } : undefined,
});

function readUrl(wire: WireUrl): NonNullable<Offer['url']> {
  const address = required(wire.address, 'address');
  return {
    hostname: required(address.hostname, 'address.hostname'),
    ip: required(address.ip, 'address.ip'),
    port: required(address.port, 'address.port'),
  };
}

export const writeUrl = ({ hostname, ip, port }: NonNullable<Offer['url']>): WireUrl => ({
  scheme: 'http',
  address: { hostname, ip, port },
  query: [],
});

/** How the resources of these offers are written, as far as they show it. */
export function formOf(offers: readonly WireOffer[]): ResourceForm {
  return {
    allocationInfo: offers.every((offer) => offer.allocationInfo !== undefined),
    reservationStack: offers.every((offer) => offer.resources.every((resource) => resource.role === undefined)),
  };
}

import type { FaultDomain } from '@holdfast/core/offers';
import type { DomainInfo as WireDomain } from '../gen/holdfast/v1/agent';
import { readOptional, required } from './edge';

/** Undefined: a domain is there and says nothing, which counts as none. */
export const readDomain = (wire: WireDomain): FaultDomain | undefined =>
  readOptional(wire.faultDomain, 'fault_domain', ({ region, zone }) => ({
    region: required(required(region, 'region').name, 'region.name'),
    zone: required(required(zone, 'zone').name, 'zone.name'),
  }));

export const writeDomain = ({ region, zone }: FaultDomain): WireDomain => ({
  faultDomain: { region: { name: region }, zone: { name: zone } },
});

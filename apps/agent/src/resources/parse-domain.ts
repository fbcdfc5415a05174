import type { FaultDomain } from '@holdfast/core/offers';

/** `region/zone`; undefined: it is not. */
export function parseDomain(text: string): FaultDomain | undefined {
  const [, region, zone] = /^([^/\s]+)\/([^/\s]+)$/.exec(text) ?? [];
  return region === undefined || zone === undefined ? undefined : { region, zone };
}

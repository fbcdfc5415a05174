import type { MasterInfo as WireMasterInfo } from '../gen/holdfast/v1/master';
import type { MasterInfo } from '../messages';
import { readDomain, writeDomain } from './domain';
import { malformed, readOptional, required } from './edge';

const LARGEST_PORT = 65_535;

export function readMasterInfo(wire: WireMasterInfo): MasterInfo {
  const domain = readOptional(wire.domain, 'domain', readDomain);
  const port = required(wire.port, 'port');
  if (port > LARGEST_PORT) malformed('port', `${port} is not a port`);
  return {
    id: required(wire.id, 'id'),
    hostname: required(wire.hostname, 'hostname'),
    ip: required(wire.address?.ip, 'address.ip'),
    port,
    version: required(wire.version, 'version'),
    ...(domain !== undefined && { domain }),
  };
}

export const writeMasterInfo = ({ id, hostname, ip, port, version, domain }: MasterInfo): WireMasterInfo => ({
  id,
  ip: packedIp(ip),
  port,
  pid: `master@${ip}:${port}`,
  hostname,
  version,
  address: { hostname, ip, port },
  domain: domain && writeDomain(domain),
  capabilities: [],
});

/** An IPv4 address as Mesos packs it: the first number in the lowest byte. 0 for any other; `address` says it then. */
function packedIp(ip: string): number {
  const parts = ip.split('.').map(Number);
  if (parts.length !== 4 || !parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255)) return 0;
  return parts.reduceRight((packed, part) => packed * 256 + part, 0);
}

import type { AgentInfo as WireAgentInfo } from '../gen/holdfast/v1/agent';
import type { AgentInfo } from '../messages';
import { readAttribute, writeAttribute } from './attribute';
import { readDomain, writeDomain } from './domain';
import { malformed, readEach, readOptional, required } from './edge';
import { readOptionalId, writeOptionalId } from './ids';

const DEFAULT_PORT = 5051;
const LARGEST_PORT = 65_535;

export function readAgentInfo(wire: WireAgentInfo): AgentInfo {
  const id = readOptionalId(wire.id, 'id');
  const domain = readOptional(wire.domain, 'domain', readDomain);
  const httpPort = wire.port ?? DEFAULT_PORT;
  if (httpPort < 0 || httpPort > LARGEST_PORT) malformed('port', `${httpPort} is not a port`);
  return {
    ...(id !== undefined && { id }),
    hostname: required(wire.hostname, 'hostname'),
    httpPort,
    attributes: readEach(wire.attributes, 'attributes', readAttribute),
    ...(domain !== undefined && { domain }),
  };
}

export const writeAgentInfo = ({ id, hostname, httpPort, attributes, domain }: AgentInfo): WireAgentInfo => ({
  hostname,
  port: httpPort,
  resources: [],
  attributes: attributes.map(writeAttribute),
  id: writeOptionalId(id),
  domain: domain && writeDomain(domain),
});

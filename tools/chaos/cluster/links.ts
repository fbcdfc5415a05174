import type { ClusterPorts } from '@holdfast/testing/cluster';
import { Link } from '../network/link';

const FIXED = ['master-volume-registry', 'master-allocator', 'volume-registry-redis', 'allocator-redis', 'master-redis'] as const;

/** Every connection between two services of the cluster, each through a link of its own. */
export async function openLinks(agents: readonly string[]): Promise<ReadonlyMap<string, Link>> {
  const names = [...FIXED, ...agents.map((agent) => `${agent}-master`)];
  const links = await Promise.all(names.map((name) => Link.open(name)));
  return new Map(links.map((link) => [link.name, link]));
}

/** Told by the cluster before it starts anything. */
export function leadLinks(links: ReadonlyMap<string, Link>, ports: ClusterPorts): void {
  for (const [name, link] of links) link.leadTo(portOf(name, ports));
}

function portOf(name: string, ports: ClusterPorts): number {
  if (name.endsWith('-redis')) return ports.redis;
  if (name.endsWith('-volume-registry')) return ports.registryGrpc;
  return name.endsWith('-allocator') ? ports.allocatorGrpc : ports.masterGrpc;
}

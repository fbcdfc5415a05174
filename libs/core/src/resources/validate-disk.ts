import { idProblem } from './id-problem';
import type { Problem } from './problem';
import { isUnreserved } from './reservations';
import type { Disk, Resource } from './resource';

/** What is wrong with the disk information of a resource (A-054, B-006). */
export function diskProblem(resource: Resource): Problem | undefined {
  const { disk } = resource;
  if (!disk) return undefined;
  if (resource.name !== 'disk') return { field: 'disk', problem: `DiskInfo should not be set for ${resource.name}.` };
  return sourceProblem(disk) ?? (disk.persistence ? volumeProblem(resource, disk) : plainDiskProblem(disk));
}

function sourceProblem({ source }: Disk): Problem | undefined {
  if (!source || source.root === undefined || source.type === 'PATH' || source.type === 'MOUNT') return undefined;
  return { field: 'disk.source', problem: `A ${source.type} disk has neither path nor mount.` };
}

function plainDiskProblem({ source, volume }: Disk): Problem | undefined {
  if (volume) return { field: 'disk.volume', problem: 'A volume needs disk.persistence; others are not supported.' };
  return source ? undefined : { field: 'disk', problem: 'DiskInfo is set but empty.' };
}

function volumeProblem(resource: Resource, { persistence, volume }: Disk): Problem | undefined {
  if (resource.revocable) return { field: 'revocable', problem: 'Persistent volumes cannot be created from revocable resources.' };
  if (isUnreserved(resource)) return { field: 'reservations', problem: 'Persistent volumes cannot be created from unreserved resources.' };
  if (!volume) return { field: 'disk.volume', problem: 'must be set for a persistent volume' };
  if (volume.hostPath !== undefined) return { field: 'disk.volume.host_path', problem: 'must not be set for a persistent volume' };
  const problem = idProblem(persistence?.id ?? '');
  return problem === undefined ? undefined : { field: 'disk.persistence.id', problem };
}

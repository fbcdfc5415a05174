import type { LaunchId } from '@holdfast/core/base';
import type { StrayMount } from '@holdfast/core/verification';
import { launchVariable } from '../containers';
import { type Mount, readMountTable } from '../disks';
import { descendsFrom, foreignMountNamespaces, variablesOf } from '../processes';
import type { VolumePlaces } from './volume-places';

/** More namespaces than this are not looked into: a machine may have any number of others' containers. */
const NAMESPACES_AT_MOST = 5_000;

/** Launches that are not over; what they have mounted is theirs. */
export interface OwnLaunches {
  readonly launchIds: ReadonlySet<LaunchId>;
  readonly pids: ReadonlySet<number>;
}

/**
 * Volumes in the mount tables of processes that belong to no launch: left over from one that is over, or an operator's. Each mount
 * namespace other than our own is looked into once, through one of its processes; what cannot be read is left out.
 */
export async function findStrayMounts(places: VolumePlaces, launches: OwnLaunches): Promise<readonly StrayMount[]> {
  const strays: StrayMount[] = [];
  let looked = 0;
  for (const pids of (await foreignMountNamespaces()).values()) {
    if (++looked > NAMESPACES_AT_MOST) break;
    const table = await firstReadable(pids);
    const volumes = table && places.in(table);
    const [pid] = pids;
    // Asked last, since most namespaces have no volume of ours.
    if (!volumes || volumes.size === 0 || pid === undefined || pids.some((one) => isOwn(one, launches))) continue;
    for (const volume of volumes) strays.push({ volume, pid });
  }
  return strays;
}

async function firstReadable(pids: readonly number[]): Promise<readonly Mount[] | undefined> {
  for (const pid of pids) {
    const table = await readMountTable(pid).catch(() => undefined);
    if (table) return table;
  }
  return undefined;
}

const NAMES: ReadonlySet<string> = new Set([launchVariable('')]);

/** A task may make namespaces of its own: by its ancestors, and by what its environment began with, it is still the launch's. */
function isOwn(pid: number, { launchIds, pids }: OwnLaunches): boolean {
  const isMarked = variablesOf(pid, NAMES).some((variable) => launchIds.has(variable.slice(launchVariable('').length)));
  return isMarked || descendsFrom(pid, pids);
}

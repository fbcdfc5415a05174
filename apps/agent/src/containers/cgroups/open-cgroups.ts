import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeFault } from '../../files';
import { CgroupFault, readText } from './cgroup-files';
import type { Cgroups } from './cgroups';
import { CgroupsV1, V1_CONTROLLERS } from './cgroups-v1';
import { CgroupsV2, V2_CONTROLLERS } from './cgroups-v2';

/** Where systems mount control groups. */
export const CGROUP_MOUNTS = '/sys/fs/cgroup';

/** Sets every limit that there is: what a kernel has not been built with is to come up here and not with the first task. */
const TRIAL = { cpuMilli: 1000, cpuAtMostMilli: 1000, memoryBytes: 1 << 30, processes: 1024 };

/**
 * The control groups of this machine that have all the controllers we use, found out by making one and removing it; otherwise a phrase why
 * there are none. `trialId` names it.
 */
export function openCgroups(mountRoot: string, root: string, trialId: string): Cgroups | string {
  try {
    const cgroups = whichever(mountRoot, root);
    if (typeof cgroups !== 'string' && !cgroups.create(trialId, TRIAL).remove()) return `the control group ${trialId} cannot be removed`;
    return cgroups;
  } catch (fault) {
    return fault instanceof CgroupFault ? fault.message : describeFault(fault);
  }
}

function whichever(mountRoot: string, root: string): Cgroups | string {
  const controllers = (readText(mountRoot, 'cgroup.controllers') ?? '').split(' ');
  if (V2_CONTROLLERS.every((name) => controllers.includes(name))) return new CgroupsV2(mountRoot, root);
  const missing = V1_CONTROLLERS.filter((name) => !existsSync(join(mountRoot, name)));
  if (missing.length === 0) return new CgroupsV1(mountRoot, root);
  return `there are no control groups with the controllers ${missing.join(', ')} below ${mountRoot}`;
}

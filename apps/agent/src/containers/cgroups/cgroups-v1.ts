import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchId } from '@holdfast/core/base';
import type { LimitReached } from '../container-log';
import type { ContainerLimits, ContainerUsage } from '../container-spec';
import { groupsIn, makeGroup, readKeyed, readNumber, readPids, removeGroup, removeRoot, writeSetting } from './cgroup-files';
import type { Cgroup, Cgroups } from './cgroups';

/** Those that are used; `cpu` and `cpuacct` are one directory on most machines. */
export const V1_CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'pids'] as const;
type Controller = (typeof V1_CONTROLLERS)[number];

/** For which `cpu.cfs_quota_us` counts. */
const PERIOD_US = 100_000;
const SHARES_OF_ONE_CPU = 1024;
const LEAST_SHARES = 2;
const LEAST_QUOTA_US = 1000;
/** Ticks of the clock in which the kernel tells programs times, on every Linux that Node.js runs on. */
const TICK_MS = 10;
const MEMORY_AND_SWAP = 'memory.memsw.limit_in_bytes';

/** Control groups, version 1: a directory in the hierarchy of each controller. */
export class CgroupsV1 implements Cgroups {
  readonly version = 'v1';
  private readonly mounts: readonly string[];
  private readonly bases: Readonly<Record<Controller, string>>;
  private readonly isSwapCounted: boolean;

  /** `mountRoot`: /sys/fs/cgroup; `root`: relative, such as `holdfast/<store id>`. */
  constructor(
    mountRoot: string,
    private readonly root: string,
  ) {
    const mount = (controller: Controller) => realpathSync(join(mountRoot, controller));
    const base = (controller: Controller) => join(mount(controller), root);
    this.mounts = [...new Set(V1_CONTROLLERS.map(mount))];
    this.isSwapCounted = existsSync(join(mount('memory'), MEMORY_AND_SWAP));
    this.bases = { cpu: base('cpu'), cpuacct: base('cpuacct'), memory: base('memory'), pids: base('pids') };
  }

  create(launchId: LaunchId, limits: ContainerLimits): Cgroup {
    const group = this.of(launchId);
    const { cpu, memory, pids } = group.directories;
    for (const directory of new Set(Object.values(group.directories))) makeGroup(directory);
    writeSetting(cpu, 'cpu.shares', Math.max(LEAST_SHARES, Math.round((limits.cpuMilli * SHARES_OF_ONE_CPU) / 1000)));
    if (limits.cpuAtMostMilli !== undefined) {
      writeSetting(cpu, 'cpu.cfs_period_us', PERIOD_US);
      writeSetting(cpu, 'cpu.cfs_quota_us', Math.max(LEAST_QUOTA_US, Math.round((limits.cpuAtMostMilli * PERIOD_US) / 1000)));
    }
    if (limits.memoryBytes !== undefined) this.setMemory(memory, limits.memoryBytes);
    writeSetting(pids, 'pids.max', limits.processes);
    return group;
  }

  find(launchId: LaunchId): Cgroup | undefined {
    const group = this.of(launchId);
    return Object.values(group.directories).some((directory) => existsSync(directory)) ? group : undefined;
  }

  launchIds(): readonly LaunchId[] {
    return [...new Set(Object.values(this.bases).flatMap((base) => groupsIn(base)))];
  }

  leave(): void {
    for (const mount of this.mounts) removeRoot(mount, this.root);
  }

  /** With swap, where it is counted. The bound of both may never be below that of memory alone, not even for a moment. */
  private setMemory(directory: string, bytes: number): void {
    const isGrowing = this.isSwapCounted && bytes > (readNumber(directory, MEMORY_AND_SWAP) ?? Infinity);
    if (isGrowing) writeSetting(directory, MEMORY_AND_SWAP, bytes);
    writeSetting(directory, 'memory.limit_in_bytes', bytes);
    if (this.isSwapCounted && !isGrowing) writeSetting(directory, MEMORY_AND_SWAP, bytes);
  }

  private of(launchId: LaunchId): CgroupV1 {
    const { cpu, cpuacct, memory, pids } = this.bases;
    return new CgroupV1({
      cpu: join(cpu, launchId),
      cpuacct: join(cpuacct, launchId),
      memory: join(memory, launchId),
      pids: join(pids, launchId),
    });
  }
}

class CgroupV1 implements Cgroup {
  readonly joins: readonly string[];

  constructor(readonly directories: Readonly<Record<Controller, string>>) {
    // A process that puts its only thread into `tasks` is in; `cgroup.procs` takes a lock on all processes of the machine, which may cost 20 ms.
    this.joins = [...new Set(Object.values(directories))].map((directory) => join(directory, 'tasks'));
  }

  usage(): ContainerUsage | undefined {
    const { cpu, cpuacct, memory, pids } = this.directories;
    const memoryBytes = readNumber(memory, 'memory.usage_in_bytes');
    if (memoryBytes === undefined) return undefined;
    const times = readKeyed(cpuacct, 'cpuacct.stat');
    const throttling = readKeyed(cpu, 'cpu.stat');
    return {
      cpuUserMs: (times.get('user') ?? 0) * TICK_MS,
      cpuSystemMs: (times.get('system') ?? 0) * TICK_MS,
      cpuPeriods: throttling.get('nr_periods') ?? 0,
      cpuThrottledPeriods: throttling.get('nr_throttled') ?? 0,
      memoryBytes,
      memoryRssBytes: readKeyed(memory, 'memory.stat').get('total_rss') ?? 0,
      processes: readNumber(pids, 'pids.current') ?? 0,
    };
  }

  members(): readonly number[] {
    return [...new Set(Object.values(this.directories).flatMap((directory) => readPids(directory)))];
  }

  limitReached(): LimitReached | undefined {
    const { memory } = this.directories;
    if ((readKeyed(memory, 'memory.oom_control').get('oom_kill') ?? 0) === 0) return undefined;
    const limitBytes = readNumber(memory, 'memory.limit_in_bytes') ?? 0;
    return { limit: 'memory', usedBytes: readNumber(memory, 'memory.max_usage_in_bytes') ?? limitBytes, limitBytes };
  }

  remove(): boolean {
    // All are tried: one that is in use keeps no other.
    return [...new Set(Object.values(this.directories))].map((directory) => removeGroup(directory)).every(Boolean);
  }
}

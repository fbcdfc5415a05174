import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchId } from '@holdfast/core/base';
import type { LimitReached } from '../container-log';
import type { ContainerLimits, ContainerUsage } from '../container-spec';
import { groupsIn, makeGroup, readKeyed, readNumber, readPids, readText, removeGroup, removeRoot, writeSetting } from './cgroup-files';
import type { Cgroup, Cgroups } from './cgroups';

export const V2_CONTROLLERS = ['cpu', 'memory', 'pids'] as const;

const PERIOD_US = 100_000;
const LEAST_QUOTA_US = 1000;
const SHARES_OF_ONE_CPU = 1024;

/** Control groups, version 2: one directory for all controllers. */
export class CgroupsV2 implements Cgroups {
  readonly version = 'v2';
  private readonly base: string;

  /** `mountRoot`: where the hierarchy is mounted; `root`: relative, such as `holdfast/<store id>`. Gives the groups above the controllers. */
  constructor(
    private readonly mountRoot: string,
    private readonly root: string,
  ) {
    this.base = mountRoot;
    this.giveControllers();
    for (const name of root.split('/').filter(Boolean)) {
      this.base = join(this.base, name);
      makeGroup(this.base);
      this.giveControllers();
    }
  }

  create(launchId: LaunchId, limits: ContainerLimits): Cgroup {
    const directory = join(this.base, launchId);
    makeGroup(directory);
    writeSetting(directory, 'cpu.weight', weightOf(limits.cpuMilli));
    if (limits.cpuAtMostMilli !== undefined) {
      const quotaUs = Math.max(LEAST_QUOTA_US, Math.round((limits.cpuAtMostMilli * PERIOD_US) / 1000));
      writeSetting(directory, 'cpu.max', `${quotaUs} ${PERIOD_US}`);
    }
    if (limits.memoryBytes !== undefined) {
      writeSetting(directory, 'memory.max', limits.memoryBytes);
      // Without swap on the machine, or with a kernel that does not count it, there is no such file.
      if (existsSync(join(directory, 'memory.swap.max'))) writeSetting(directory, 'memory.swap.max', 0);
      // Half a task is of no use.
      writeSetting(directory, 'memory.oom.group', 1);
    }
    writeSetting(directory, 'pids.max', limits.processes);
    return new CgroupV2(directory);
  }

  find(launchId: LaunchId): Cgroup | undefined {
    const directory = join(this.base, launchId);
    return existsSync(directory) ? new CgroupV2(directory) : undefined;
  }

  launchIds(): readonly LaunchId[] {
    return groupsIn(this.base);
  }

  leave(): void {
    removeRoot(this.mountRoot, this.root);
  }

  private giveControllers(): void {
    const given = new Set((readText(this.base, 'cgroup.subtree_control') ?? '').split(' '));
    const missing = V2_CONTROLLERS.filter((name) => !given.has(name));
    if (missing.length > 0) writeSetting(this.base, 'cgroup.subtree_control', missing.map((name) => `+${name}`).join(' '));
  }
}

/** The weight that stands for a version 1 share: 2…262144 become 1…10000, as systemd and container runtimes do it. */
export function weightOf(cpuMilli: number): number {
  const shares = Math.min(262_144, Math.max(2, Math.round((cpuMilli * SHARES_OF_ONE_CPU) / 1000)));
  return 1 + Math.floor(((shares - 2) * 9999) / 262_142);
}

class CgroupV2 implements Cgroup {
  readonly joins: readonly string[];

  constructor(private readonly directory: string) {
    this.joins = [join(directory, 'cgroup.procs')];
  }

  usage(): ContainerUsage | undefined {
    const { directory } = this;
    const memoryBytes = readNumber(directory, 'memory.current');
    if (memoryBytes === undefined) return undefined;
    const cpu = readKeyed(directory, 'cpu.stat');
    return {
      cpuUserMs: Math.round((cpu.get('user_usec') ?? 0) / 1000),
      cpuSystemMs: Math.round((cpu.get('system_usec') ?? 0) / 1000),
      cpuPeriods: cpu.get('nr_periods') ?? 0,
      cpuThrottledPeriods: cpu.get('nr_throttled') ?? 0,
      memoryBytes,
      memoryRssBytes: readKeyed(directory, 'memory.stat').get('anon') ?? 0,
      processes: readNumber(directory, 'pids.current') ?? 0,
    };
  }

  members(): readonly number[] {
    return readPids(this.directory);
  }

  limitReached(): LimitReached | undefined {
    const { directory } = this;
    if ((readKeyed(directory, 'memory.events').get('oom_kill') ?? 0) === 0) return undefined;
    const limitBytes = readNumber(directory, 'memory.max') ?? 0;
    // Kernels before 5.19 do not keep the peak; it was at the limit.
    return { limit: 'memory', usedBytes: readNumber(directory, 'memory.peak') ?? limitBytes, limitBytes };
  }

  remove(): boolean {
    return removeGroup(this.directory);
  }
}

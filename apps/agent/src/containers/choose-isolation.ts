import { randomUUID } from 'node:crypto';
import type { Logger } from '@holdfast/platform/process';
import type { Attribute } from '@holdfast/core/resources';
import { StartFault } from '../store';
import { type Cgroups, CGROUP_MOUNTS, openCgroups } from './cgroups';
import type { ContainerRuntime } from './container-runtime';
import type { Isolation } from './container-spec';
import { trialProblem } from './trial-container';

/** What this agent does not keep its tasks from; named in `holdfast.not_enforced`. */
export type NotEnforced = 'cpus' | 'mem' | 'processes' | 'read_only_volumes' | 'mounts' | 'pids_namespace' | 'users' | 'disk';

/** What this agent can do for and against its tasks. */
export interface Enforcement {
  readonly isolation: Isolation;
  readonly cgroups: Cgroups['version'] | 'none';
  readonly notEnforced: readonly NotEnforced[];
}

export interface ChoiceDeps {
  readonly runtime: ContainerRuntime;
  /** For trials. */
  readonly metaDirectory: string;
  /** Below the mount of the control groups, and this agent's alone. */
  readonly cgroupRoot: string;
  /** For tests of what another machine would have; /sys/fs/cgroup. */
  readonly cgroupMounts?: string;
  readonly isRoot: boolean;
  /** Why sandboxes and volumes are not kept to their sizes, if they are not. */
  readonly diskProblem?: string | undefined;
  readonly log: Logger;
}

/**
 * How this agent runs tasks: as it was told, or the better way that the machine allows; both are tried. Says in the log what it cannot
 * enforce. The runtime has the control groups afterwards. Throws StartFault if it cannot obey.
 */
export async function chooseIsolation(wanted: Isolation | 'auto', deps: ChoiceDeps): Promise<Enforcement> {
  const { runtime, log, diskProblem } = deps;
  const isolation = await isolationOf(wanted, deps);
  const problem = await tryCgroups(isolation, deps);
  if (problem !== undefined) log.warn({ problem }, 'tasks run without control groups: nothing keeps them to their cpus and mem');
  const cgroups = problem === undefined ? (runtime.cgroupsVersion ?? 'none') : 'none';
  const notEnforced: readonly NotEnforced[] = [
    ...(cgroups === 'none' ? (['cpus', 'mem', 'processes'] as const) : []),
    ...(isolation === 'plain' ? (['read_only_volumes', 'mounts', 'pids_namespace'] as const) : []),
    ...(deps.isRoot ? [] : (['users'] as const)),
    ...(diskProblem === undefined ? [] : (['disk'] as const)),
  ];
  if (diskProblem !== undefined) log.warn({ problem: diskProblem }, 'tasks run without bounds on their disk');
  log.info({ isolation, cgroups, notEnforced }, 'tasks are isolated');
  return { isolation, cgroups, notEnforced };
}

/** What frameworks are told of it: `holdfast.isolation`, `holdfast.cgroups`, and unless that is nothing `holdfast.not_enforced`. */
export function enforcementAttributes({ isolation, cgroups, notEnforced }: Enforcement): readonly Attribute[] {
  return [
    { name: 'holdfast.isolation', value: { kind: 'text', text: isolation } },
    { name: 'holdfast.cgroups', value: { kind: 'text', text: cgroups } },
    ...(notEnforced.length === 0
      ? []
      : [{ name: 'holdfast.not_enforced', value: { kind: 'set', items: [...notEnforced].sort() } } satisfies Attribute]),
  ];
}

async function isolationOf(wanted: Isolation | 'auto', { runtime, metaDirectory, log }: ChoiceDeps): Promise<Isolation> {
  if (wanted === 'plain') return wanted;
  const problem = await trialProblem(runtime, metaDirectory, 'namespaces');
  if (problem === undefined) return 'namespaces';
  const advice = /\bbwrap\b.*ENOENT|ENOENT.*\bbwrap\b/.test(problem)
    ? 'install bubblewrap (Debian: apt-get install bubblewrap)'
    : 'run the agent as root, with bubblewrap installed';
  if (wanted === 'namespaces') {
    throw new StartFault(
      `This machine does not let the agent give tasks namespaces of their own: ${problem}. To have them, ${advice}; or set HOLDFAST_AGENT_ISOLATION to plain, which has no read-only volumes.`,
    );
  }
  log.warn(
    { problem },
    `tasks run without namespaces of their own: volumes are links, and a volume that is wanted read-only is refused; to have them, ${advice}`,
  );
  return 'plain';
}

/** Undefined: the runtime uses them. */
async function tryCgroups(isolation: Isolation, deps: ChoiceDeps): Promise<string | undefined> {
  const { runtime, metaDirectory, cgroupRoot, cgroupMounts = CGROUP_MOUNTS } = deps;
  if (process.platform !== 'linux') return 'this system is not Linux';
  if (!deps.isRoot) return 'the agent does not run as root';
  const cgroups = openCgroups(cgroupMounts, cgroupRoot, `trial-${randomUUID()}`);
  if (typeof cgroups === 'string') return cgroups;
  runtime.useCgroups(cgroups);
  const problem = await trialProblem(runtime, metaDirectory, isolation, { cpuMilli: 100, processes: 64, memoryBytes: 64 << 20 });
  if (problem !== undefined) {
    runtime.useCgroups(undefined);
    cgroups.leave();
  }
  return problem;
}

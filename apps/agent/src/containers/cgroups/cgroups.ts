import type { LaunchId } from '@holdfast/core/base';
import type { ContainerLimits, ContainerUsage } from '../container-spec';
import type { LimitReached } from '../container-log';

/** The control groups of one agent's containers: one for each launch, below a directory that is this agent's alone. */
export interface Cgroups {
  readonly version: 'v1' | 'v2';
  /** Makes the group of a launch, or sets the limits of the one that is there. Throws what the system says. */
  create(launchId: LaunchId, limits: ContainerLimits): Cgroup;
  /** The group of a launch that an earlier agent has made. */
  find(launchId: LaunchId): Cgroup | undefined;
  /** Whose groups are there. */
  launchIds(): readonly LaunchId[];
  /** Removes the directories of this agent, unless there are groups in them. Nothing can be created afterwards. */
  leave(): void;
}

/** The control group of one launch. */
export interface Cgroup {
  /** Files that a process writes `0` to in order to be in it, all of them. */
  readonly joins: readonly string[];
  /** Undefined: it is not there any more. */
  usage(): ContainerUsage | undefined;
  /** Pids of the processes in it. */
  members(): readonly number[];
  /** Whether the system has ended a process of it for want of memory. */
  limitReached(): LimitReached | undefined;
  /** False: it is still in use, if only by processes that are just ending. */
  remove(): boolean;
}

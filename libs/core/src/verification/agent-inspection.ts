import type { AccessMode, FrameworkId, LaunchId, TaskId } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import type { VolumeKey } from '@holdfast/core/volumes';

export interface InspectedVolume {
  /** As it stands in the checkpoint. */
  readonly resource: Resource;
  /** Its directory is there. */
  readonly hasData: boolean;
  readonly isDestroying: boolean;
}

export interface InspectedHolding {
  readonly volume: VolumeKey;
  readonly mode: AccessMode;
  /** What the mount table of the container says; absent where it cannot be read, or there is none (no isolation, not started yet). */
  readonly isMounted?: boolean;
}

export interface InspectedLaunch {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly launchId: LaunchId;
  readonly volumes: readonly InspectedHolding[];
  /** The first process of its container, if it has one now. */
  readonly pid?: number;
}

/** A volume in the mount table of a process that belongs to no launch the agent knows. */
export interface StrayMount {
  readonly volume: VolumeKey;
  readonly pid: number;
}

/** What an agent has and has mounted, at one instant of its stream. */
export interface AgentInspection {
  readonly volumes: readonly InspectedVolume[];
  /** Every launch whose process is not known to be gone, also those without volumes. */
  readonly launches: readonly InspectedLaunch[];
  readonly strayMounts: readonly StrayMount[];
}

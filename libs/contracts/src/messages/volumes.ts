import type { AgentId, FrameworkId, Holder, LaunchId, PersistenceId, Revision, Role, StoreId, TaskId } from '@holdfast/core/base';
import type { LedgerDifference, LedgerRepair, VerifiedStore } from '@holdfast/core/verification';
import type { LedgerEntry, LedgerVolume, StorePosition, VolumeState, WhenUnused } from '@holdfast/core/volumes';

export interface VolumeName {
  readonly agentId: AgentId;
  readonly role: Role;
  readonly persistenceId: PersistenceId;
}

/** Of GetVolume, DestroyVolume and CancelDestroy. */
export interface VolumeAnswer {
  readonly volume: LedgerVolume;
}

/** Each field narrows the answer; none set: all that are not gone. */
export interface VolumesQuery {
  readonly agentId?: AgentId;
  readonly role?: Role;
  readonly states?: readonly VolumeState[];
  readonly holderFrameworkId?: FrameworkId;
  /** With `holderFrameworkId`. */
  readonly holderTaskId?: TaskId;
}

export interface VolumesAnswer {
  readonly volumes: readonly LedgerVolume[];
}

export interface HoldersQuery extends VolumeName {
  /** About so many; absent: 1000, which is also the most. */
  readonly pageSize?: number;
  readonly pageToken?: string;
}

/** In no order. */
export interface HoldersAnswer {
  readonly holders: readonly Holder[];
  readonly revision: Revision;
  /** Absent: this was the last page. */
  readonly nextPageToken?: string;
  /** How many there are in all: the reference count. */
  readonly count: number;
}

export interface HistoryQuery {
  readonly agentId: AgentId;
  readonly role?: Role;
  readonly persistenceId?: PersistenceId;
  readonly afterRevision: Revision;
  readonly limit: number;
}

export interface HistoryAnswer {
  readonly entries: readonly LedgerEntry[];
}

export interface WatchQuery {
  readonly agentId?: AgentId;
  readonly role?: Role;
  /** With `role`. */
  readonly persistenceId?: PersistenceId;
  /** A store that is not named begins with what is written from now on. */
  readonly after: readonly StorePosition[];
}

export interface WatchedEntry {
  readonly storeId: StoreId;
  readonly agentId?: AgentId;
  readonly entry: LedgerEntry;
}

export interface WatchAnswer {
  readonly entries: readonly WatchedEntry[];
  /** Where to go on after these entries. */
  readonly positions: readonly StorePosition[];
}

export interface DestroyVolumeRequest extends VolumeName {
  /** Absent: refused while anybody holds it. */
  readonly whenUnused?: WhenUnused;
}

export interface ReleaseHolderRequest extends VolumeName {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  /** Absent: every launch of the task that holds the volume. */
  readonly launchId?: LaunchId;
  readonly reason: string;
}

export interface ReleaseHolderAnswer {
  readonly released: readonly Holder[];
  readonly volume: LedgerVolume;
}

export interface VerifyQuery {
  /** Absent: every store. */
  readonly agentId?: AgentId;
  /** How long something must differ before it is told; absent: 5000; 60000 at most. */
  readonly settleMs?: number;
}

export interface VerifyAnswer {
  readonly differences: readonly LedgerDifference[];
  readonly stores: readonly VerifiedStore[];
}

export interface RepairRequest extends VerifyQuery {
  /** Otherwise it is only told what would be done. */
  readonly apply: boolean;
}

export interface RepairAnswer {
  readonly repairs: readonly LedgerRepair[];
  readonly stores: readonly VerifiedStore[];
}

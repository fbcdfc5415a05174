import type { AgentId, Epoch, FrameworkId, LaunchId, StoreId, TaskId } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import type { TaskState } from '@holdfast/core/tasks';
import type { LedgerVolume, StoreStanding, VolumeKey } from '@holdfast/core/volumes';
import type { AgentInspection } from './agent-inspection';

/** A task as it stands in the master's books. */
export interface MasterTask {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly launchId: LaunchId;
  readonly state: TaskState;
  /** Its process is known to be gone. */
  readonly isGone: boolean;
  readonly volumes: readonly VolumeKey[];
}

/** What the master believes of one agent. */
export interface MasterView {
  /** Volumes that are part of the agent's total: what it offers and counts. */
  readonly volumes: readonly Resource[];
  /** Granted to be destroyed, not confirmed by the agent. */
  readonly destroying: ReadonlySet<VolumeKey>;
  readonly tasks: readonly MasterTask[];
}

/**
 * Ledger, master and agent about one store, at one instant: the inspection is taken where the master's messages so far have taken effect,
 * and the ledger is read when everything that the agent had said before is written.
 */
export interface StoreLook {
  readonly storeId: StoreId;
  /** Absent: no agent with this store is known. */
  readonly agentId?: AgentId;
  /** The leading master's. */
  readonly epoch: Epoch;
  /** Absent: the ledger has never heard of the store. */
  readonly standing?: StoreStanding;
  /** Tombstones included. */
  readonly ledger: readonly LedgerVolume[];
  /** Absent: no agent is known, or it has not reported since this master began. */
  readonly master?: MasterView;
  /** Absent: the agent is away, or has not answered. */
  readonly agent?: AgentInspection;
}

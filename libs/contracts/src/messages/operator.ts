import type { AgentId, FrameworkId, Holder, PersistenceId, Revision, Role, StoreId } from '@holdfast/core/base';
import type { FrameworkInfo, Offer } from '@holdfast/core/offers';
import type { Resources } from '@holdfast/core/resources';
import type { TaskInfo, TaskStatus } from '@holdfast/core/tasks';
import type { LedgerEntry, LedgerVolume } from '@holdfast/core/volumes';
import type { AgentInfo } from './agent-link';

export interface VersionAnswer {
  readonly version: string;
}

export interface AgentsAnswer {
  readonly agents: readonly {
    readonly info: AgentInfo;
    readonly storeId: StoreId;
    readonly active: boolean;
    readonly total: Resources;
    readonly allocated: Resources;
    readonly offered: Resources;
  }[];
}

export interface FrameworksAnswer {
  readonly frameworks: readonly { readonly info: FrameworkInfo; readonly connected: boolean; readonly offers: readonly Offer[] }[];
}

export interface TasksQuery {
  readonly frameworkId?: FrameworkId;
}

export interface TasksAnswer {
  readonly tasks: readonly { readonly frameworkId: FrameworkId; readonly info: TaskInfo; readonly status: TaskStatus }[];
}

export interface VolumeName {
  readonly agentId: AgentId;
  readonly role: Role;
  readonly persistenceId: PersistenceId;
}

export interface VolumeAnswer {
  readonly volume: LedgerVolume;
}

export interface VolumesQuery {
  readonly agentId?: AgentId;
  readonly role?: Role;
}

export interface VolumesAnswer {
  readonly volumes: readonly LedgerVolume[];
}

export interface HoldersAnswer {
  readonly holders: readonly Holder[];
  readonly revision: Revision;
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

import type { FrameworkId, StoreId, TaskId } from '@holdfast/core/base';
import type { FrameworkInfo, Offer } from '@holdfast/core/offers';
import type { Resources } from '@holdfast/core/resources';
import type { TaskInfo, TaskStatus } from '@holdfast/core/tasks';
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

/** From an operator, for a task of whichever framework. */
export interface KillTaskRequest {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  /** Between SIGTERM and SIGKILL; absent: as the task says, else as the agent is set. */
  readonly graceMs?: number;
}

export interface TasksAnswer {
  readonly tasks: readonly { readonly frameworkId: FrameworkId; readonly info: TaskInfo; readonly status: TaskStatus }[];
}

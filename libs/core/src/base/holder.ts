import type { AgentId, FrameworkId, LaunchId, TaskId } from './ids';

export type AccessMode = 'RW' | 'RO';

/**
 * - `pending`: the launch is decided, the agent has not yet reported the task running.
 * - `running`: the agent reported it.
 * - `ending`: over for its framework, its process not yet known to be gone (architecture 11.1).
 */
export type HolderState = 'pending' | 'running' | 'ending';

/** A task that holds a volume. */
export interface Holder {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly launchId: LaunchId;
  readonly agentId: AgentId;
  readonly mode: AccessMode;
  readonly state: HolderState;
  readonly sinceMs: number;
}

/** Ids contain no `/`, so the three parts can be told apart again. */
export type HolderId = string & { readonly __kind?: 'holder' };
export const holderId = (holder: Pick<Holder, 'frameworkId' | 'taskId' | 'launchId'>): HolderId =>
  `${holder.frameworkId}/${holder.taskId}/${holder.launchId}`;

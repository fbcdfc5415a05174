import type { AccessMode, AgentId, FrameworkId, LaunchId, Role, TaskId } from '@holdfast/core/base';
import type { Resources } from '@holdfast/core/resources';
import { isTerminal, type TaskInfo, type TaskState, type TaskStatus } from '@holdfast/core/tasks';
import type { HolderRef, VolumeKey } from '@holdfast/core/volumes';

export interface HeldVolume {
  readonly volume: VolumeKey;
  readonly mode: AccessMode;
}

/** A task that its framework may still ask about. */
export interface Task {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly launchId: LaunchId;
  readonly agentId: AgentId;
  readonly info: TaskInfo;
  readonly role: Role;
  /** Unallocated; what the allocator's books carry for it. Its volumes stand with their present sizes. */
  resources: Resources;
  readonly volumes: readonly HeldVolume[];
  state: TaskState;
  status: TaskStatus;
  /** Sent or to be sent to the framework, not yet acknowledged (has a uuid). */
  unacknowledged: TaskStatus | undefined;
  /** Its process is known to be gone: resources recovered, holders released. */
  gone: boolean;
  /** Its latest state is an end. Of a task of a custom executor that comes before it is gone: its volumes may be mounted there for a while. */
  isOver?: boolean;
  /** Of one that is over: whoever waits for the release of its holders. */
  onReleased?: () => void;
  /** Under way or done once it is gone: the release of its holders, as long as anybody waits for it. */
  ended?: Promise<void>;
  /** While its end is known and its framework not told yet: its executor has not ended before that. */
  isEnding?: boolean;
  /** Asked for while the agent was away; sent again when it is back (D-056). */
  kill: { readonly graceMs?: number } | undefined;
}

export const holderOf = (task: Pick<Task, 'frameworkId' | 'taskId' | 'launchId' | 'agentId'>): HolderRef => ({
  frameworkId: task.frameworkId,
  taskId: task.taskId,
  launchId: task.launchId,
  agentId: task.agentId,
});

/** Tasks by framework and by agent. */
export class TaskBook {
  private readonly byFramework = new Map<FrameworkId, Map<TaskId, Task>>();
  private readonly byAgent = new Map<AgentId, Set<Task>>();

  get(frameworkId: FrameworkId, taskId: TaskId): Task | undefined {
    return this.byFramework.get(frameworkId)?.get(taskId);
  }

  put(task: Task): void {
    const earlier = this.get(task.frameworkId, task.taskId);
    if (earlier) this.remove(earlier);
    entryOf(this.byFramework, task.frameworkId, () => new Map<TaskId, Task>()).set(task.taskId, task);
    entryOf(this.byAgent, task.agentId, () => new Set<Task>()).add(task);
  }

  remove(task: Task): void {
    const siblings = this.byFramework.get(task.frameworkId);
    if (siblings?.get(task.taskId) === task) siblings.delete(task.taskId);
    if (siblings?.size === 0) this.byFramework.delete(task.frameworkId);
    const neighbours = this.byAgent.get(task.agentId);
    neighbours?.delete(task);
    if (neighbours?.size === 0) this.byAgent.delete(task.agentId);
  }

  ofFramework(frameworkId: FrameworkId): readonly Task[] {
    return [...(this.byFramework.get(frameworkId)?.values() ?? [])];
  }

  ofAgent(agentId: AgentId): readonly Task[] {
    return [...(this.byAgent.get(agentId) ?? [])];
  }

  all(): readonly Task[] {
    return [...this.byFramework.values()].flatMap((tasks) => [...tasks.values()]);
  }
}

/** Over for its framework and gone from its agent: nothing is left to do but the acknowledgement. */
export const isFinished = (task: Task): boolean => task.gone && isTerminal(task.state);

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found) return found;
  const made = make();
  map.set(key, made);
  return made;
}

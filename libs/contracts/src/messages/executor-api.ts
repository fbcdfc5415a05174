import type { TaskId } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import type { ExecutorInfo, TaskInfo, TaskStatus } from '@holdfast/core/tasks';
import type { AgentInfo, ExecutorRef } from './agent-link';

/** What a custom executor says of a task. It may leave the time to the agent. */
export type ExecutorUpdate = Omit<TaskStatus, 'timestampMs' | 'uuid'> & { readonly timestampMs?: number; readonly uuid: Uint8Array };

/** What a custom executor says to its agent (wire document, section 7.2). */
export type ExecutorCall = ExecutorRef &
  (
    | {
        readonly type: 'SUBSCRIBE';
        /** Tasks that it has got and of which no update has been acknowledged. */
        readonly unacknowledgedTasks: readonly TaskId[];
        readonly unacknowledgedUpdates: readonly ExecutorUpdate[];
      }
    | { readonly type: 'UPDATE'; readonly status: ExecutorUpdate }
    | { readonly type: 'MESSAGE'; readonly data: Uint8Array }
    | { readonly type: 'HEARTBEAT' }
  );

/** What an agent says to a custom executor. */
export type ExecutorEvent =
  | {
      readonly type: 'SUBSCRIBED';
      /** Its id is set. */
      readonly framework: FrameworkInfo;
      readonly executor: ExecutorInfo;
      readonly agent: AgentInfo;
      readonly containerId: string;
    }
  | { readonly type: 'LAUNCH'; readonly task: TaskInfo }
  | { readonly type: 'LAUNCH_GROUP'; readonly tasks: readonly TaskInfo[] }
  | { readonly type: 'KILL'; readonly taskId: TaskId; readonly graceMs?: number }
  /** The agent has the update, and will see to it that the framework gets it. */
  | { readonly type: 'ACKNOWLEDGED'; readonly taskId: TaskId; readonly uuid: Uint8Array }
  | { readonly type: 'MESSAGE'; readonly data: Uint8Array }
  | { readonly type: 'SHUTDOWN' }
  | { readonly type: 'ERROR'; readonly message: string }
  | { readonly type: 'HEARTBEAT' };

import type { AgentId, ExecutorId, FrameworkId, LaunchId, TaskId } from '@holdfast/core/base';
import type { Label, Resources } from '@holdfast/core/resources';
import type { TaskState } from './task-state';

export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

/** `shell`: value is a line for `/bin/sh -c`; otherwise value is the program and `args` its whole argv (argv[0] included). */
export interface Command {
  readonly shell: boolean;
  readonly value?: string;
  readonly args: readonly string[];
  readonly environment: readonly EnvironmentVariable[];
  readonly user?: string;
}

/** Runs the tasks of one group (DEFAULT: built in) or is brought by the framework (CUSTOM: not carried out). */
export interface ExecutorInfo {
  readonly executorId: ExecutorId;
  /** Absent: the framework said none, which a task group needs (D-037). */
  readonly type?: 'DEFAULT' | 'CUSTOM';
  readonly name?: string;
  /** Used from the first task of the executor to the end of the last. */
  readonly resources: Resources;
  readonly shutdownGraceMs?: number;
  readonly labels: readonly Label[];
  /** As with tasks. */
  readonly unsupportedFields: readonly string[];
  /** The ExecutorInfo as it came: two that are to be the same must be equal in it (D-035). */
  readonly wire: Uint8Array;
}

export interface TaskInfo {
  readonly taskId: TaskId;
  readonly name: string;
  readonly agentId: AgentId;
  readonly resources: Resources;
  readonly command?: Command;
  /** Of a task in a group: the group's, put there by the master; a LAUNCH may not set it (D-033). */
  readonly executor?: ExecutorInfo;
  /** From kill_policy.grace_period. */
  readonly killGraceMs?: number;
  readonly labels: readonly Label[];
  readonly data?: Uint8Array;
  /** Names of fields that were set and that we do not carry out; such a task is refused rather than run without them. */
  readonly unsupportedFields: readonly string[];
  /** The TaskInfo as it came, for passing on unchanged; opaque outside the codec. */
  readonly wire: Uint8Array;
}

export type StatusSource = 'SOURCE_MASTER' | 'SOURCE_AGENT' | 'SOURCE_EXECUTOR';

/** The reasons that we give; spelled as on gRPC and v1 (architecture 11.7). */
export type StatusReason =
  | 'REASON_COMMAND_EXECUTOR_FAILED'
  | 'REASON_CONTAINER_LAUNCH_FAILED'
  | 'REASON_EXECUTOR_TERMINATED'
  | 'REASON_FRAMEWORK_REMOVED'
  | 'REASON_INVALID_OFFERS'
  | 'REASON_RECONCILIATION'
  | 'REASON_RESOURCES_UNKNOWN'
  | 'REASON_AGENT_DISCONNECTED'
  | 'REASON_AGENT_REMOVED'
  | 'REASON_AGENT_REREGISTERED'
  | 'REASON_AGENT_RESTARTED'
  | 'REASON_TASK_GROUP_INVALID'
  | 'REASON_TASK_GROUP_UNAUTHORIZED'
  | 'REASON_TASK_INVALID'
  | 'REASON_TASK_KILLED_DURING_LAUNCH'
  | 'REASON_TASK_UNAUTHORIZED'
  | 'REASON_TASK_UNKNOWN';

export interface TaskStatus {
  readonly taskId: TaskId;
  readonly agentId?: AgentId;
  readonly state: TaskState;
  readonly source: StatusSource;
  readonly reason?: StatusReason;
  readonly message?: string;
  readonly timestampMs: number;
  /** Present iff the status must be acknowledged (D-051). 16 bytes. */
  readonly uuid?: Uint8Array;
  /** Of a task in a group. */
  readonly executorId?: ExecutorId;
}

/** What names one launch of a task across the cluster. */
export interface TaskRef {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly launchId: LaunchId;
}

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
  /** Fetched into the sandbox before the command runs, in order; absent: none. */
  readonly uris?: readonly CommandUri[];
}

/** A file of the agent's machine: an absolute path, or a `file://` URL. Others are refused. */
export interface CommandUri {
  readonly value: string;
  readonly executable: boolean;
  /** Unpacked if its name says that it is an archive; the default. */
  readonly extract: boolean;
  /** Below the sandbox; else the last part of the path. */
  readonly outputFile?: string;
}

/** How a task is asked how it does; HTTP and TCP at the agent's own loopback address. */
export type Probe =
  | { readonly kind: 'command'; readonly command: Command }
  /** `statuses`: those that count as good; empty: 200 to 399. */
  | {
      readonly kind: 'http';
      readonly scheme: 'http' | 'https';
      readonly port: number;
      readonly path: string;
      readonly statuses: readonly number[];
    }
  | { readonly kind: 'tcp'; readonly port: number };

interface Probing {
  readonly probe: Probe;
  readonly delayMs: number;
  readonly intervalMs: number;
  /** 0: none. */
  readonly timeoutMs: number;
}

/** Says whether a task is ready; its result goes into the task's status and has no other effect. */
export type Check = Probing;

/** Kills a task that fails it too often. */
export interface HealthCheck extends Probing {
  /** After so many in a row the task is killed. */
  readonly consecutiveFailures: number;
  /** From the start of the task; failures in it do not count until the first success. */
  readonly gracePeriodMs: number;
}

/** What the last check found; without a value: none yet, or it could not be made. */
export type CheckResult =
  | { readonly kind: 'command'; readonly exitCode?: number }
  | { readonly kind: 'http'; readonly statusCode?: number }
  | { readonly kind: 'tcp'; readonly succeeded?: boolean };

/** What a task may use at most, where that is not what it has asked for (D-039). */
export interface TaskLimits {
  readonly cpusMilli?: number;
  readonly memMb?: number | 'unlimited';
}

/** Runs tasks: built in, for groups only (DEFAULT), or brought by the framework (CUSTOM; it speaks the executor API of the agent). */
export interface ExecutorInfo {
  readonly executorId: ExecutorId;
  /** Absent: the framework said none, which a task group needs (D-037). */
  readonly type?: 'DEFAULT' | 'CUSTOM';
  readonly name?: string;
  /** What a CUSTOM executor runs. */
  readonly command?: Command;
  readonly data?: Uint8Array;
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
  /** Of a task in a group: the group's, put there by the master. Of a task by itself: a CUSTOM one, in place of a command (D-033). */
  readonly executor?: ExecutorInfo;
  readonly healthCheck?: HealthCheck;
  readonly check?: Check;
  /** From its start; then it is killed and has failed. */
  readonly maxCompletionMs?: number;
  readonly limits?: TaskLimits;
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
  | 'REASON_CONTAINER_LIMITATION'
  | 'REASON_CONTAINER_LIMITATION_DISK'
  | 'REASON_CONTAINER_LIMITATION_MEMORY'
  | 'REASON_CONTAINER_UPDATE_FAILED'
  | 'REASON_EXECUTOR_REGISTRATION_TIMEOUT'
  | 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT'
  | 'REASON_MAX_COMPLETION_TIME_REACHED'
  | 'REASON_TASK_CHECK_STATUS_UPDATED'
  | 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED'
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
  | 'REASON_TASK_UNKNOWN'
  // Known, since custom executors may give them; Holdfast itself does not.
  | 'REASON_CONTAINER_PREEMPTED'
  | 'REASON_EXECUTOR_UNREGISTERED'
  | 'REASON_GC_ERROR'
  | 'REASON_INVALID_FRAMEWORKID'
  | 'REASON_IO_SWITCHBOARD_EXITED'
  | 'REASON_MASTER_DISCONNECTED'
  | 'REASON_AGENT_DRAINING'
  | 'REASON_AGENT_REMOVED_BY_OPERATOR'
  | 'REASON_AGENT_UNKNOWN';

export interface TaskStatus {
  readonly taskId: TaskId;
  readonly agentId?: AgentId;
  readonly state: TaskState;
  readonly source: StatusSource;
  readonly reason?: StatusReason;
  readonly message?: string;
  readonly timestampMs: number;
  /** Of a task that is unreachable: since when its agent is (D-060). */
  readonly unreachableSinceMs?: number;
  /** Present iff the status must be acknowledged (D-051). 16 bytes. */
  readonly uuid?: Uint8Array;
  /** Of a task with an executor. */
  readonly executorId?: ExecutorId;
  /** Absent: it has no health check, or none has been made yet. */
  readonly healthy?: boolean;
  readonly checkResult?: CheckResult;
  /** What it was killed for using too much of, with how much it used. */
  readonly limitation?: Resources;
  /** Of a custom executor; opaque. */
  readonly data?: Uint8Array;
  readonly labels?: readonly Label[];
}

/** What names one launch of a task across the cluster. */
export interface TaskRef {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly launchId: LaunchId;
}

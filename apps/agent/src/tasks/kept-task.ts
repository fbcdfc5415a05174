import type { ExecutorId, FrameworkId, Holder } from '@holdfast/core/base';
import type { ReportedTask } from '@holdfast/contracts';
import type { Resources } from '@holdfast/core/resources';
import type { StatusReason, TaskRef, TaskState, TaskStatus, TaskVolume } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { Container } from '../containers';
import type { KillCause, TaskEnd } from './end-status';
import type { LaunchEvent } from './launch-journal';
import type { LaunchRecord } from './launch-record';

/**
 * One RunTask, from its arrival to the master's confirmation of its end, as the rest of the agent sees it: a container of its own (Launch),
 * or a task of a custom executor.
 */
export interface KeptTask {
  readonly record: LaunchRecord;
  readonly ref: TaskRef;
  readonly volumes: readonly TaskVolume[];
  /** The newest state, which the master may not have been told yet. */
  readonly state: TaskState;
  /** No process of it is left, and none of its volumes is mounted; written down. */
  readonly isGone: boolean;
  readonly isBeingKilled: boolean;
  /** True while a process of it may exist: its volumes are held. */
  readonly isHolding: boolean;
  /** Resolves when no process of it is left. */
  readonly whenGone: Promise<void>;
  /** The process in whose namespaces it runs, as this machine numbers it; undefined: there is none now. */
  readonly pid: number | undefined;
  /** Undefined before it is started and where it shares that of its executor. */
  readonly container: Container | undefined;
  /** What it has said so far, the newest last, acknowledged or not; of many the last few. */
  readonly statuses: readonly TaskStatus[];
  /** As it stands in the report to a master that may know nothing: until it is gone, and until its last state has been acknowledged. */
  readonly report: ReportedTask | undefined;
  holderOf(volume: TaskVolume): Holder;
  /** Starts it, or with a refusal only reports that. Resolves when its command runs or never will. */
  begin(refusal: TaskEnd | undefined, traceParent: string | undefined): Promise<void>;
  /** Goes on where an earlier agent has stopped. */
  resume(events: readonly LaunchEvent[]): Promise<void>;
  /** Ends it (D-057). Resolves when that is written down. */
  terminate(wish?: KillWish): Promise<void>;
  /** It has used more than it may, and is ended at once; one that is being ended already only loses its grace, and is told as it would have been. */
  exceeded(excess: Excess): void;
  /** False: not the status that waits. */
  acknowledge(uuid: Uint8Array): boolean;
  confirmGone(): void;
  /** A master has registered us and may have missed anything. */
  resend(): void;
  /** No more timers; resolves when all that happened is written down. What is not confirmed is the next agent's. */
  close(): Promise<void>;
}

export interface KillWish extends Partial<KillCause> {
  /** Else that of the task. */
  readonly graceMs?: number;
  /** Whoever asks, asks the others of its group as well. */
  readonly isAskedOfAll?: boolean;
}

/** What a task has used too much of. */
export interface Excess {
  /** Says how much was used, and how much is allowed. */
  readonly message: string;
  readonly reason: StatusReason;
  /** How much was used. */
  readonly limitation: Resources;
}

/** What every kept task asks of whoever keeps it. */
export interface KeeperOf {
  /** Whether another launch of this agent has the volume. */
  readonly isUsedByOthers: (task: KeptTask, volume: VolumeKey) => boolean;
  /** The master has confirmed everything; it may be forgotten. */
  readonly onFinished: (task: KeptTask) => void;
}

/** The executors that frameworks bring, which run tasks in a container of theirs. */
export interface CustomExecutors {
  /**
   * The task of `record`, whose `info.executor` is CUSTOM, with its journal in `file`; kept, not begun. Of a group, `record.group` says how
   * many belong together.
   */
  taskOf(record: LaunchRecord, file: string, keeper: KeeperOf): KeptTask;
  /** Every journal has been read and every task of theirs resumed: what is left of them now has none. */
  recovered(): Promise<void>;
  /** Ends it with its tasks (D-059). False: it is not known here. */
  shutDown(frameworkId: FrameworkId, executorId: ExecutorId): boolean;
  /** Ends all of a framework that is removed. */
  shutDownFramework(frameworkId: FrameworkId): void;
  /** Ends all, with at most this grace; resolves when no process is left. */
  terminateAll(graceMs: number): Promise<void>;
}

import type { AgentId, Refusal, RefusalCode, TaskId } from '@holdfast/core/base';
import { stateFor, type TaskState } from './task-state';
import type { StatusReason, TaskStatus } from './task';

export interface MasterStatusInput {
  readonly taskId: TaskId;
  readonly agentId?: AgentId | undefined;
  readonly state: TaskState;
  readonly reason?: StatusReason | undefined;
  readonly message?: string | undefined;
  readonly timestampMs: number;
  /** Of TASK_UNREACHABLE (D-060). */
  readonly unreachableSinceMs?: number | undefined;
  /** The last that its agent said of the task: its executor and its health are repeated, as in Mesos. */
  readonly last?: Pick<TaskStatus, 'executorId' | 'healthy' | 'checkResult'> | undefined;
  /** Whether the framework has the capability PARTITION_AWARE. */
  readonly partitionAware: boolean;
}

/** A status that the master makes itself: without uuid, hence neither repeated nor acknowledged (D-051), its state as the framework knows it. */
export function masterStatus(input: MasterStatusInput): TaskStatus {
  const { taskId, agentId, state, reason, message, timestampMs, unreachableSinceMs, last, partitionAware } = input;
  // Written out: reconciliation makes one for each task, and spreading costs more than all the rest of it.
  const status: { -readonly [K in keyof TaskStatus]: TaskStatus[K] } = {
    taskId,
    state: stateFor(state, partitionAware),
    source: 'SOURCE_MASTER',
    timestampMs,
  };
  if (agentId !== undefined) status.agentId = agentId;
  if (reason !== undefined) status.reason = reason;
  if (message !== undefined) status.message = message;
  if (unreachableSinceMs !== undefined) status.unreachableSinceMs = unreachableSinceMs;
  if (last?.executorId !== undefined) status.executorId = last.executorId;
  if (last?.healthy !== undefined) status.healthy = last.healthy;
  if (last?.checkResult !== undefined) status.checkResult = last.checkResult;
  return status;
}

interface Verdict {
  readonly state: TaskState;
  readonly reason: StatusReason;
}

const INVALID: Verdict = { state: 'TASK_ERROR', reason: 'REASON_TASK_INVALID' };
const UNAUTHORIZED: Verdict = { state: 'TASK_ERROR', reason: 'REASON_TASK_UNAUTHORIZED' };
const OFFERS_INVALID: Verdict = { state: 'TASK_DROPPED', reason: 'REASON_INVALID_OFFERS' };
const VOLUME_OUT_OF_REACH: Verdict = { state: 'TASK_DROPPED', reason: 'REASON_RESOURCES_UNKNOWN' };

/**
 * What a refused launch is called in a status. DROPPED: the same launch may succeed another time. A volume that an earlier DESTROY of
 * the same ACCEPT took away is TASK_ERROR, and so is everything that is not listed here (D-030, D-036).
 */
const VERDICTS: Readonly<Partial<Record<RefusalCode, Verdict>>> = {
  offer_gone: OFFERS_INVALID,
  offer_not_yours: OFFERS_INVALID,
  offers_mixed: OFFERS_INVALID,
  agent_disconnected: { state: 'TASK_DROPPED', reason: 'REASON_AGENT_DISCONNECTED' },
  agent_unknown: { state: 'TASK_DROPPED', reason: 'REASON_AGENT_REMOVED' },
  unauthorized: UNAUTHORIZED,
  unauthenticated: UNAUTHORIZED,
  principal_mismatch: UNAUTHORIZED,
  volume_not_found: VOLUME_OUT_OF_REACH,
  volume_in_use: VOLUME_OUT_OF_REACH,
  ledger_unavailable: VOLUME_OUT_OF_REACH,
  ledger_unverified: VOLUME_OUT_OF_REACH,
  stale_epoch: VOLUME_OUT_OF_REACH,
};

/** What these two are called when it is a task group that is refused, which it is as a whole. */
const REASONS_OF_GROUP: Readonly<Partial<Record<StatusReason, StatusReason>>> = {
  REASON_TASK_INVALID: 'REASON_TASK_GROUP_INVALID',
  REASON_TASK_UNAUTHORIZED: 'REASON_TASK_GROUP_UNAUTHORIZED',
};

export interface RefusedLaunch {
  readonly taskId: TaskId;
  readonly agentId?: AgentId;
  readonly refusal: Refusal;
  readonly timestampMs: number;
  readonly partitionAware: boolean;
  /** Whether it was to be launched with a LAUNCH_GROUP; absent: with a LAUNCH. */
  readonly isOfGroup?: boolean;
}

/** The status of a task that is refused before its agent hears of it (D-021, D-022, D-030, B-074…B-076, A-068, A-076). */
export function refusedLaunchStatus({ refusal, isOfGroup = false, ...rest }: RefusedLaunch): TaskStatus {
  const { state, reason } = VERDICTS[refusal.code] ?? INVALID;
  return masterStatus({ ...rest, state, reason: (isOfGroup && REASONS_OF_GROUP[reason]) || reason, message: refusal.message });
}

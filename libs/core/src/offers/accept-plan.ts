import type { AgentId, FrameworkId, LaunchId, Role, TaskId } from '@holdfast/core/base';
import type { Resources } from '@holdfast/core/resources';
import type { LedgerUnit, VolumeKey } from '@holdfast/core/volumes';
import type { TaskInfo } from '@holdfast/core/tasks';
import type { FrameworkInfo } from './framework';
import type { Conversion, Operation, OperationResult } from './operation';

/** What planning an ACCEPT needs to know; nothing is read elsewhere. */
export interface AcceptContext {
  readonly framework: FrameworkInfo & { readonly id: FrameworkId };
  readonly agentId: AgentId;
  /** The agent's whole resources, unallocated, each volume once. */
  readonly agentTotal: Resources;
  readonly role: Role;
  /** The sum of the accepted offers, allocated to `role`. */
  readonly offered: Resources;
  readonly isTaskKnown: (taskId: TaskId) => boolean;
  readonly newLaunchId: () => LaunchId;
}

export interface PlannedTask {
  readonly info: TaskInfo;
  readonly launchId: LaunchId;
  /** Index into the plan's ledger units; absent for a task without volumes. */
  readonly unit?: number;
  readonly volumes: readonly { readonly volume: VolumeKey; readonly mode: 'RW' | 'RO' }[];
}

/** One operation that passed planning; whether it takes effect is settled with the ledger's answer. */
export interface PlannedStep {
  readonly operation: Operation;
  readonly result: OperationResult;
  /** Set iff not refused in planning and not a LAUNCH. */
  readonly conversion?: Conversion;
  /** Indexes into the plan's ledger units; all must succeed. */
  readonly units: readonly number[];
  /** Indexes of earlier steps that must take effect. */
  readonly requires: readonly number[];
  readonly tasks: readonly (PlannedTask | undefined)[];
}

export interface AcceptPlan {
  readonly steps: readonly PlannedStep[];
  readonly units: readonly LedgerUnit[];
}

export type AgentStep =
  | { readonly kind: 'apply_operation'; readonly operationIndex: number; readonly operation: Operation; readonly conversion: Conversion }
  | { readonly kind: 'run_task'; readonly operationIndex: number; readonly task: PlannedTask };

/** What an ACCEPT comes to, once the ledger has answered. */
export interface Settlement {
  readonly results: readonly OperationResult[];
  /** For the agent, in order. */
  readonly agentSteps: readonly AgentStep[];
  /** For the allocator and the agent's total, in order; those of launches with extra copies included. */
  readonly conversions: readonly Conversion[];
  /** Converted and not launched: recovered without filter (A-072, B-079). */
  readonly recoverUnfiltered: Resources;
  /** Untouched: recovered with the ACCEPT's filter. */
  readonly recoverFiltered: Resources;
}

import type { AgentId, FrameworkId, LaunchId, Role, TaskId } from '@holdfast/core/base';
import type { Resource, Resources } from '@holdfast/core/resources';
import type { TaskInfo, TaskVolume } from '@holdfast/core/tasks';
import type { LedgerUnit } from '@holdfast/core/volumes';
import type { FrameworkInfo } from './framework';
import type { Conversion, Operation, OperationResult, ResourceOperation } from './operation';

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
  /** What it takes, copies of shared volumes included, allocated to the role of the offers. */
  readonly resources: Resources;
  /** Index into the plan's ledger units; absent for a task without volumes. */
  readonly unit?: number;
  /** Indexes of earlier steps that must take effect. */
  readonly requires: readonly number[];
  readonly volumes: readonly TaskVolume[];
}

/** One operation after planning; whether it takes effect is settled with the ledger's answer. */
export interface PlannedStep {
  readonly operation: Operation;
  /** With the refusals of planning; those of the ledger come with the settlement. */
  readonly result: OperationResult;
  /** Set iff not refused in planning and not a LAUNCH; allocated to the role of the offers. */
  readonly conversion?: Conversion;
  /** Indexes into the plan's ledger units; all must succeed. Those of a LAUNCH stand with its tasks. */
  readonly units: readonly number[];
  /** Indexes of earlier steps that must take effect. Those of a LAUNCH stand with its tasks. */
  readonly requires: readonly number[];
  /** tasks[i] answers the i-th task of a LAUNCH: absent if it was refused in planning. */
  readonly tasks: readonly (PlannedTask | undefined)[];
}

export interface AcceptPlan {
  /** steps[i] answers operations[i]. */
  readonly steps: readonly PlannedStep[];
  readonly units: readonly LedgerUnit[];
}

/** Its resources and conversion carry no allocation role: an agent does not know of them. */
export type AgentStep =
  | {
      readonly kind: 'apply_operation';
      readonly operationIndex: number;
      readonly operation: ResourceOperation;
      readonly conversion: Conversion;
    }
  | { readonly kind: 'run_task'; readonly operationIndex: number; readonly task: PlannedTask };

/** What an ACCEPT comes to, once the ledger has answered. Unless said otherwise, resources are allocated to the role of the offers. */
export interface Settlement {
  /** results[i] answers operations[i]. */
  readonly results: readonly OperationResult[];
  /** For the agent, in order. */
  readonly agentSteps: readonly AgentStep[];
  /** For the allocator and the agent's total, in order; those of launches with extra copies included. */
  readonly conversions: readonly Conversion[];
  readonly launched: readonly { readonly task: PlannedTask; readonly operationIndex: number }[];
  /** What the launched tasks use together, with copies: moves from offered to used. */
  readonly used: Resources;
  /** Volumes whose destruction was granted, without allocation role: offers that contain one are rescinded (A-063…A-065). */
  readonly destroying: readonly Resource[];
  /** Converted and not launched: recovered without filter (A-072, B-079). */
  readonly recoverUnfiltered: Resources;
  /** Untouched: recovered with the ACCEPT's filter. */
  readonly recoverFiltered: Resources;
}

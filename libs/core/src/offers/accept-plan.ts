import type { Action } from '@holdfast/core/authorization';
import type { AgentId, ExecutorId, FrameworkId, LaunchId, Refusal, Role, TaskId } from '@holdfast/core/base';
import type { Resource, Resources } from '@holdfast/core/resources';
import type { ExecutorInfo, TaskInfo, TaskVolume } from '@holdfast/core/tasks';
import type { DrainTerms, LedgerUnit } from '@holdfast/core/volumes';
import type { FrameworkInfo } from './framework';
import type { Conversion, Operation, OperationResult, ResizeOperation, ResourceOperation } from './operation';

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
  /** An executor of this framework that runs on the agent: its resources are not charged again (D-035, D-036). */
  readonly findExecutor: (executorId: ExecutorId) => ExecutorInfo | undefined;
  /** Whether a shared volume may be grown; over the Mesos door only for a framework that wants extensions. */
  readonly mayGrowShared: boolean;
  /** From which a deadline counts. */
  readonly nowMs: number;
  /** Refuses with `unauthorized` what the ACLs do not let the framework's principal do. */
  readonly authorize: (action: Action) => Refusal | undefined;
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
  /** Of a LAUNCH that names one. */
  readonly executor?: ExecutorUse;
}

/** An executor as what is launched needs it. */
export interface ExecutorUse {
  readonly executor: ExecutorInfo;
  /**
   * What it takes, allocated; empty if it runs already. In a plan each that may bring it names them; in a settlement the first that does: they
   * are charged once (D-036).
   */
  readonly executorResources: Resources;
}

/** One operation after planning; whether it takes effect is settled with the ledger's answer. */
export interface PlannedStep {
  readonly operation: Operation;
  /** With the refusals of planning; those of the ledger come with the settlement. */
  readonly result: OperationResult;
  /** Set iff not refused in planning, and neither LAUNCH nor LAUNCH_GROUP; allocated to the role of the offers. */
  readonly conversion?: Conversion;
  /** Indexes into the plan's ledger units; all must succeed. Those of a LAUNCH stand with its tasks. */
  readonly units: readonly number[];
  /** Indexes of earlier steps that must take effect. Those of a LAUNCH stand with its tasks. */
  readonly requires: readonly number[];
  /** tasks[i] answers the i-th task of a LAUNCH or LAUNCH_GROUP: absent if it was refused in planning. */
  readonly tasks: readonly (PlannedTask | undefined)[];
  /** Of a GROW_VOLUME or SHRINK_VOLUME that was not refused in planning: the volume before and after, without allocation role. */
  readonly resized?: { readonly from: Resource; readonly to: Resource };
  /** Of a LAUNCH_GROUP that was not refused in planning: all tasks stand, and `units` are those of all of them, kept together. */
  readonly group?: ExecutorUse;
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
      readonly operation: ResourceOperation | ResizeOperation;
      readonly conversion: Conversion;
      /** Of CREATE and DESTROY: which volume of its name `operation.resources[i]` is; empty for the others. */
      readonly generations: readonly number[];
    }
  | {
      readonly kind: 'run_group';
      readonly operationIndex: number;
      readonly tasks: readonly PlannedTask[];
      readonly group: ExecutorUse;
    }
  | { readonly kind: 'run_task'; readonly operationIndex: number; readonly task: PlannedTask };

/** A volume whose DESTROY waits for the last holder. */
export interface DrainingVolume {
  /** Without allocation role. */
  readonly resource: Resource;
  readonly generation: number;
  readonly terms: DrainTerms;
}

/** What an ACCEPT comes to, once the ledger has answered. Unless said otherwise, resources are allocated to the role of the offers. */
export interface Settlement {
  /** results[i] answers operations[i]. */
  readonly results: readonly OperationResult[];
  /** For the agent, in order. */
  readonly agentSteps: readonly AgentStep[];
  /** For the allocator and the agent's total, in order; those of launches with extra copies included. */
  readonly conversions: readonly Conversion[];
  readonly launched: readonly { readonly task: PlannedTask; readonly operationIndex: number }[];
  /**
   * Volumes that have another size now, without allocation role: offers that contain one are rescinded; holders have the new one. Those of this
   * very ACCEPT among them, so that their copies are renamed after `used` was taken from the offers. What goes back to the allocator still names
   * the old one where it was offered so.
   */
  readonly resized: readonly { readonly from: Resource; readonly to: Resource }[];
  /** What the launched tasks and executors use together, with copies: moves from offered to used. */
  readonly used: Resources;
  /** Volumes whose destruction was granted, without allocation role: offers that contain one are rescinded (A-063…A-065). */
  readonly destroying: readonly Resource[];
  /**
   * Volumes that are destroyed when they are unused: they are converted when that comes, not now. Unless readers are still admitted, nobody is
   * offered one until then.
   */
  readonly draining: readonly DrainingVolume[];
  /** Converted and not launched: recovered without filter (A-072, B-079). */
  readonly recoverUnfiltered: Resources;
  /** Untouched: recovered with the ACCEPT's filter. */
  readonly recoverFiltered: Resources;
}

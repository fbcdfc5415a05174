import { type ExecutorId, type Refusal, refuse, type TaskId } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import type { LedgerUnit } from '@holdfast/core/volumes';
import type { AcceptContext, ExecutorUse } from './accept-plan';
import { PlannedVolumes } from './planned-volumes';
import { ResourcePool } from './resource-pool';

/** An executor that runs on the agent, or that something before brings if it takes effect. */
export interface ExecutorInHand extends ExecutorUse {
  /** Indexes of the earlier steps on which its resources depend. */
  readonly requires: readonly number[];
}

/**
 * What the operations of one ACCEPT have left so far, and on what it depends. It is told only of operations that passed; those of a refused
 * one are never taken.
 */
export class Planning {
  readonly units: LedgerUnit[] = [];
  readonly pool: ResourcePool;
  readonly volumes: PlannedVolumes;
  private readonly taskIds = new Set<TaskId>();
  private readonly executors = new Map<ExecutorId, ExecutorInHand>();
  /** Of each step that may yet fail: every unit that must succeed for it to take effect, directly or through other steps. */
  private readonly unitsOfStep = new Map<number, readonly number[]>();

  constructor(readonly context: AcceptContext) {
    const volumes = context.offered.persistentVolumes();
    this.pool = new ResourcePool(context.offered.subtract(volumes));
    this.volumes = new PlannedVolumes(volumes, context.agentTotal);
  }

  /** Appends a unit that can only succeed if the steps do. Answers its index. */
  addUnit(unit: LedgerUnit, steps: readonly number[]): number {
    const requires = this.unitsBehind(steps);
    this.units.push(requires.length === 0 ? unit : { ...unit, requires });
    return this.units.length - 1;
  }

  /** Whether something depends on the ledger's answer is remembered, so that what builds on it can be made to depend on it, too. */
  noteStep(step: number, units: readonly number[], requires: readonly number[]): void {
    if (units.length > 0 || requires.length > 0) this.unitsOfStep.set(step, ascending([...units, ...this.unitsBehind(requires)]));
  }

  isTaskKnown = (taskId: TaskId): boolean => this.taskIds.has(taskId) || this.context.isTaskKnown(taskId);

  /** From here on the id is used (D-031). */
  noteTask(taskId: TaskId): void {
    this.taskIds.add(taskId);
  }

  findExecutor(executorId: ExecutorId): ExecutorInHand | undefined {
    const running = this.context.findExecutor(executorId);
    return running ? { executor: running, executorResources: Resources.empty, requires: [] } : this.executors.get(executorId);
  }

  /** From here on it is described, and its resources are taken: whoever needs it brings it, if nobody before does. */
  noteExecutor(inHand: ExecutorInHand): void {
    this.executors.set(inHand.executor.executorId, inHand);
  }

  insufficient(needed: Resources): Refusal {
    const available = Resources.sum([this.pool.all, this.volumes.all]).unallocate();
    return refuse('insufficient_resources', {
      needed: needed.unallocate().toString(),
      available: available.isEmpty ? '' : available.toString(),
    });
  }

  private unitsBehind(steps: readonly number[]): readonly number[] {
    if (steps.length === 0) return steps;
    return ascending(steps.flatMap((step) => this.unitsOfStep.get(step) ?? []));
  }
}

/** Each once, so that equal plans are written alike. */
export const ascending = (indexes: readonly number[]): readonly number[] => [...new Set(indexes)].sort((a, b) => a - b);

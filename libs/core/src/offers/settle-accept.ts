import { assert, type ExecutorId, type Refusal, refuse } from '@holdfast/core/base';
import { Resources, type Resource, unallocated, unallocatedIdentity } from '@holdfast/core/resources';
import type { LedgerUnit, UnitResult } from '@holdfast/core/volumes';
import type {
  AcceptContext,
  AcceptPlan,
  AgentStep,
  DrainingVolume,
  ExecutorUse,
  PlannedStep,
  PlannedTask,
  Settlement,
} from './accept-plan';
import { conversionOf, injectRole, unallocatedConversion } from './conversion';
import type { Conversion, OperationResult, ResizeOperation, ResourceOperation, TaskResult } from './operation';

/** What the ledger said: one result per unit of the plan, or a refusal of the whole transaction. */
export type LedgerAnswer = readonly UnitResult[] | Refusal;

/**
 * Says what an ACCEPT has come to, now that the ledger has answered. A step takes effect iff all its units were granted and all steps that it
 * requires took effect; nothing that was granted is dropped here, since a unit carries the units of all that its step requires.
 * The steps are gone through once more in order: quantities are right whatever was refused in between.
 */
export function settleAccept(plan: AcceptPlan, context: AcceptContext, ledger: LedgerAnswer): Settlement {
  assert('code' in ledger || ledger.length === plan.units.length, 'the ledger answers every unit');
  const settling = new Settling(context, plan.units, ledger);
  const results = plan.steps.map((step, index) => settling.settle(step, index));
  return settling.settlement(results);
}

class Settling {
  private readonly agentSteps: AgentStep[] = [];
  private readonly conversions: Conversion[] = [];
  private readonly launched: { task: PlannedTask; operationIndex: number }[] = [];
  /** What those that are brought take. */
  private readonly executors = new Map<ExecutorId, Resources>();
  private readonly destroying: Resource[] = [];
  private readonly draining: DrainingVolume[] = [];
  private readonly resized: { from: Resource; to: Resource }[] = [];
  private readonly failed = new Set<number>();
  private remaining: Resources;

  constructor(
    private readonly context: AcceptContext,
    private readonly units: readonly LedgerUnit[],
    private readonly ledger: LedgerAnswer,
  ) {
    this.remaining = context.offered;
  }

  settle(step: PlannedStep, index: number): OperationResult {
    const { operation } = step;
    switch (operation.type) {
      case 'LAUNCH':
        return this.settleLaunch(step, index);
      case 'LAUNCH_GROUP':
        return this.settleGroup(step, index);
      case 'MALFORMED':
        return step.result;
      case 'GROW_VOLUME':
      case 'SHRINK_VOLUME':
        return this.settleResize(operation, step, index);
      default:
        return operation.type === 'DESTROY' && operation.whenUnused
          ? this.settleDrain(operation, step, index)
          : this.settleOperation(operation, step, index);
    }
  }

  settlement(results: readonly OperationResult[]): Settlement {
    const { agentSteps, conversions, launched, executors, resized, destroying, draining, remaining } = this;
    const recoverUnfiltered = this.convertedOf(remaining);
    return {
      results,
      agentSteps,
      conversions,
      launched,
      resized,
      used: Resources.sum([...launched.map(({ task }) => task.resources), ...executors.values()]),
      destroying,
      draining,
      recoverUnfiltered,
      recoverFiltered: remaining.subtract(recoverUnfiltered),
    };
  }

  private settleOperation(
    operation: ResourceOperation,
    { result, conversion, units, requires }: PlannedStep,
    index: number,
  ): OperationResult {
    if (!conversion) return result;
    const refusal = this.refusalOf(units, requires);
    if (!refusal) {
      this.apply(operation, conversion, index, units);
      return result;
    }
    this.failed.add(index);
    this.applyGranted(operation, units, index);
    return { ...result, refusal };
  }

  /**
   * Each volume by itself: one that nobody holds goes the way of a DESTROY, one that is held stays what it is until its last holder has left. The
   * refusal of one is that of the operation, and does not undo what was granted for the others.
   */
  private settleDrain(operation: ResourceOperation, { result, conversion, units, requires }: PlannedStep, index: number): OperationResult {
    if (!conversion) return result;
    const refusal = this.refusalOf(units, requires);
    if (refusal) this.failed.add(index);
    const granted = 'code' in this.ledger ? [] : units.map((unit, at) => ({ unit, at, answer: this.resultOf(unit) }));
    const unused = granted.filter(({ answer }) => !answer.refusal && !answer.waitsFor);
    const waiting = granted.filter(({ answer }) => !answer.refusal && answer.waitsFor);
    for (const { unit, at } of waiting) this.drain(operation.resources[at]!, unit);
    if (unused.length > 0) {
      const { whenUnused: _, ...destroy } = operation;
      const resources = unused.map(({ at }) => operation.resources[at]!);
      const part = conversionOf('DESTROY', injectRole(resources, this.context.role));
      this.apply(
        { ...destroy, resources },
        part,
        index,
        unused.map(({ unit }) => unit),
      );
    }
    return {
      ...result,
      ...(refusal && { refusal }),
      ...(waiting.length > 0 && { waitsFor: waiting.flatMap(({ answer }) => answer.waitsFor ?? []) }),
    };
  }

  private drain(resource: Resource, index: number): void {
    const unit = this.units[index];
    assert(unit?.kind === 'drain_volume', 'what waits was asked to');
    this.draining.push({ resource: unallocated(resource), generation: this.generationOf(index), terms: unit.drain });
  }

  /**
   * One copy is converted, as with DESTROY; where tasks of earlier steps have taken all that the offers held, it comes from nothing, as theirs do
   * . Holders keep their copies, which stand for the volume in its new size from now on.
   */
  private settleResize(operation: ResizeOperation, step: PlannedStep, operationIndex: number): OperationResult {
    const { result, conversion, resized, units, requires } = step;
    if (!conversion || !resized) return result;
    const refusal = this.refusalOf(units, requires);
    if (refusal) {
      this.failed.add(operationIndex);
      return { ...result, refusal };
    }
    this.addCopies(conversion.consumed.shared());
    this.convert(conversion);
    this.resized.push(resized);
    this.agentSteps.push({
      kind: 'apply_operation',
      operationIndex,
      operation: { ...operation, volume: resized.from, change: unallocated(operation.change) },
      conversion: unallocatedConversion(conversion),
      generations: [],
    });
    return result;
  }

  private settleLaunch(step: PlannedStep, index: number): OperationResult {
    let hasRefused = false;
    const tasks = step.tasks.map((task, at): TaskResult => {
      const planned = step.result.tasks[at]!;
      if (!task) return planned;
      const refusal = this.refusalOf(task.unit === undefined ? [] : [task.unit], task.requires);
      if (!refusal) {
        this.launch(task, index);
        const started = task.executor ? { ...task, executor: this.charge(task.executor) } : task;
        this.agentSteps.push({ kind: 'run_task', operationIndex: index, task: started });
        return planned;
      }
      hasRefused = true;
      return { ...planned, refusal };
    });
    return hasRefused ? { ...step.result, tasks } : step.result;
  }

  /** All or nothing, as the ledger keeps its units together; the first refusal is that of every task (B-074). */
  private settleGroup({ result, units, requires, tasks: planned, group }: PlannedStep, operationIndex: number): OperationResult {
    if (!group) return result;
    const refusal = this.refusalOf(units, requires);
    if (refusal) {
      this.failed.add(operationIndex);
      return { ...result, refusal, tasks: result.tasks.map(({ taskId }) => ({ taskId, refusal })) };
    }
    const tasks = planned.filter((task) => task !== undefined);
    for (const task of tasks) this.launch(task, operationIndex);
    this.agentSteps.push({ kind: 'run_group', operationIndex, tasks, group: this.charge(group) });
    return result;
  }

  /** The first that is launched on an executor brings it, whoever was to do so in the plan (D-036). */
  private charge(use: ExecutorUse): ExecutorUse {
    const { executor, executorResources } = use;
    if (executorResources.isEmpty) return { executor, executorResources };
    if (this.executors.has(executor.executorId)) return { executor, executorResources: Resources.empty };
    this.executors.set(executor.executorId, executorResources);
    this.remaining = this.remaining.subtract(executorResources);
    return { executor, executorResources };
  }

  /** A ledger that refused everything is the reason for whoever asked it; who did not, but builds on such a step, is told which one. */
  private refusalOf(units: readonly number[], requires: readonly number[]): Refusal | undefined {
    if ('code' in this.ledger && units.length > 0) return this.ledger;
    const operationIndex = requires.find((step) => this.failed.has(step));
    if (operationIndex !== undefined) return refuse('dependency_refused', { operationIndex });
    return 'code' in this.ledger ? undefined : ownRefusal(units, this.ledger);
  }

  /** `units[i]` is that of `resources[i]`, where there are any. */
  private apply(
    { type, resources, ...rest }: ResourceOperation,
    conversion: Conversion,
    operationIndex: number,
    units: readonly number[],
  ): void {
    const bare = resources.map(unallocated);
    if (type === 'DESTROY') this.destroying.push(...bare);
    this.convert(conversion);
    const operation = { ...rest, type, resources: bare };
    const generations = units.map((unit) => this.generationOf(unit));
    this.agentSteps.push({
      kind: 'apply_operation',
      operationIndex,
      operation,
      conversion: unallocatedConversion(conversion),
      generations,
    });
  }

  /**
   * The ledger keeps the units of one operation together, so that nothing is granted of one that is refused. Should it grant a part all the same,
   * that part is durable: it is carried out, since a volume that the ledger calls `destroying` and no agent destroys would be lost to everybody.
   */
  private applyGranted(operation: ResourceOperation, units: readonly number[], operationIndex: number): void {
    if ('code' in this.ledger) return;
    const { ledger } = this;
    const granted = units.filter((unit) => !ledger[unit]?.refusal);
    if (granted.length === 0) return;
    const resources = operation.resources.filter((_, at) => granted.includes(units[at]!));
    const conversion = conversionOf(operation.type, injectRole(resources, this.context.role));
    this.apply({ ...operation, resources }, conversion, operationIndex, granted);
  }

  private resultOf(unit: number): UnitResult {
    assert(!('code' in this.ledger), 'a ledger that refused everything has granted nothing');
    return this.ledger[unit]!;
  }

  /** Nothing has the generation 0: a ledger that does not tell one is never taken to mean the volume that is there (promise 10). */
  private generationOf(unit: number): number {
    return this.resultOf(unit).generation ?? 0;
  }

  /** The books count one copy of a shared volume per task; those that the offers did not hold come from nothing. */
  private launch(task: PlannedTask, operationIndex: number): void {
    if (task.volumes.length > 0) this.addCopies(task.resources.shared());
    this.remaining = this.remaining.subtract(task.resources);
    this.launched.push({ task, operationIndex });
  }

  private addCopies(shared: Resources): void {
    const extra = shared.subtract(this.remaining);
    if (!extra.isEmpty) this.convert({ consumed: Resources.empty, produced: extra });
  }

  private convert(conversion: Conversion): void {
    this.remaining = this.remaining.subtract(conversion.consumed).add(conversion.produced);
    this.conversions.push(conversion);
  }

  /**
   * What goes back without filter: what was not in the offers, and copies of a volume that is being destroyed or has another size now,
   * which go back as those of the offers that are rescinded for it do.
   */
  private convertedOf(remaining: Resources): Resources {
    if (this.conversions.length === 0) return Resources.empty;
    const converted = remaining.subtract(this.context.offered);
    if (this.destroying.length === 0 && this.resized.length === 0) return converted;
    const over = new Set([...this.destroying, ...this.resized.map(({ from }) => from)].map(unallocatedIdentity));
    const isConverted = (resource: Resource) => over.has(unallocatedIdentity(resource));
    return converted.filter((resource) => !isConverted(resource)).add(remaining.filter(isConverted));
  }
}

/** The first refusal that is about the unit itself; only with none such, that of a unit which fell together with another. */
function ownRefusal(units: readonly number[], results: readonly UnitResult[]): Refusal | undefined {
  const refusals = units.map((unit) => results[unit]?.refusal).filter((refusal) => refusal !== undefined);
  return refusals.find(({ code }) => code !== 'dependency_refused') ?? refusals[0];
}

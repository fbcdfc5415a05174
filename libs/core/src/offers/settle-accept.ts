import { assert, type Refusal, refuse } from '@holdfast/core/base';
import { Resources, type Resource, unallocated, unallocatedIdentity } from '@holdfast/core/resources';
import type { UnitResult } from '@holdfast/core/volumes';
import type { AcceptContext, AcceptPlan, AgentStep, PlannedStep, PlannedTask, Settlement } from './accept-plan';
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
  const settling = new Settling(context, ledger);
  const results = plan.steps.map((step, index) => settling.settle(step, index));
  return settling.settlement(results);
}

class Settling {
  private readonly agentSteps: AgentStep[] = [];
  private readonly conversions: Conversion[] = [];
  private readonly launched: { task: PlannedTask; operationIndex: number }[] = [];
  private readonly executors: Resources[] = [];
  private readonly destroying: Resource[] = [];
  private readonly resized: { from: Resource; to: Resource }[] = [];
  private readonly failed = new Set<number>();
  private remaining: Resources;

  constructor(
    private readonly context: AcceptContext,
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
        return this.settleOperation(operation, step, index);
    }
  }

  settlement(results: readonly OperationResult[]): Settlement {
    const { agentSteps, conversions, launched, executors, resized, destroying, remaining } = this;
    const recoverUnfiltered = this.convertedOf(remaining);
    return {
      results,
      agentSteps,
      conversions,
      launched,
      resized,
      used: Resources.sum([...launched.map(({ task }) => task.resources), ...executors]),
      destroying,
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
      this.apply(operation, conversion, index);
      return result;
    }
    this.failed.add(index);
    this.applyGranted(operation, units, index);
    return { ...result, refusal };
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
        this.agentSteps.push({ kind: 'run_task', operationIndex: index, task });
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
    this.remaining = this.remaining.subtract(group.executorResources);
    this.executors.push(group.executorResources);
    this.agentSteps.push({ kind: 'run_group', operationIndex, tasks, group });
    return result;
  }

  /** A ledger that refused everything is the reason for whoever asked it; who did not, but builds on such a step, is told which one. */
  private refusalOf(units: readonly number[], requires: readonly number[]): Refusal | undefined {
    if ('code' in this.ledger && units.length > 0) return this.ledger;
    const operationIndex = requires.find((step) => this.failed.has(step));
    if (operationIndex !== undefined) return refuse('dependency_refused', { operationIndex });
    return 'code' in this.ledger ? undefined : ownRefusal(units, this.ledger);
  }

  private apply({ type, resources, ...rest }: ResourceOperation, conversion: Conversion, operationIndex: number): void {
    const bare = resources.map(unallocated);
    if (type === 'DESTROY') this.destroying.push(...bare);
    this.convert(conversion);
    const operation = { ...rest, type, resources: bare };
    this.agentSteps.push({ kind: 'apply_operation', operationIndex, operation, conversion: unallocatedConversion(conversion) });
  }

  /**
   * The ledger keeps the units of one operation together, so that nothing is granted of one that is refused. Should it grant a part all the same,
   * that part is durable: it is carried out, since a volume that the ledger calls `destroying` and no agent destroys would be lost to everybody.
   */
  private applyGranted(operation: ResourceOperation, units: readonly number[], operationIndex: number): void {
    if ('code' in this.ledger) return;
    const { ledger } = this;
    const resources = operation.resources.filter((_, at) => units[at] !== undefined && !ledger[units[at]]?.refusal);
    if (resources.length === 0) return;
    const conversion = conversionOf(operation.type, injectRole(resources, this.context.role));
    this.apply({ ...operation, resources }, conversion, operationIndex);
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

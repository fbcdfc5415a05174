import { assert, type Refusal, refuse } from '@holdfast/core/base';
import { Resources, type Resource, unallocated, unallocatedIdentity } from '@holdfast/core/resources';
import type { UnitResult } from '@holdfast/core/volumes';
import type { AcceptContext, AcceptPlan, AgentStep, PlannedStep, PlannedTask, Settlement } from './accept-plan';
import { conversionOf, injectRole, unallocatedConversion } from './conversion';
import type { Conversion, OperationResult, ResourceOperation, TaskResult } from './operation';

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
  private readonly destroying: Resource[] = [];
  private readonly failed = new Set<number>();
  private remaining: Resources;

  constructor(
    private readonly context: AcceptContext,
    private readonly ledger: LedgerAnswer,
  ) {
    this.remaining = context.offered;
  }

  settle(step: PlannedStep, index: number): OperationResult {
    const { operation, result, conversion } = step;
    if (operation.type === 'LAUNCH') return this.settleLaunch(step, index);
    if (operation.type === 'MALFORMED' || !conversion) return result;
    const refusal = this.refusalOf(step.units, step.requires);
    if (!refusal) {
      this.apply(operation, conversion, index);
      return result;
    }
    this.failed.add(index);
    this.applyGranted(operation, step.units, index);
    return { ...result, refusal };
  }

  settlement(results: readonly OperationResult[]): Settlement {
    const { agentSteps, conversions, launched, destroying, remaining } = this;
    const recoverUnfiltered = this.convertedOf(remaining);
    return {
      results,
      agentSteps,
      conversions,
      launched,
      used: Resources.sum(launched.map(({ task }) => task.resources)),
      destroying,
      recoverUnfiltered,
      recoverFiltered: remaining.subtract(recoverUnfiltered),
    };
  }

  private settleLaunch(step: PlannedStep, index: number): OperationResult {
    let hasRefused = false;
    const tasks = step.tasks.map((task, at): TaskResult => {
      const planned = step.result.tasks[at]!;
      if (!task) return planned;
      const refusal = this.refusalOf(task.unit === undefined ? [] : [task.unit], task.requires);
      if (!refusal) {
        this.launch(task, index);
        return planned;
      }
      hasRefused = true;
      return { ...planned, refusal };
    });
    return hasRefused ? { ...step.result, tasks } : step.result;
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
    if (task.volumes.length > 0) {
      const extra = task.resources.shared().subtract(this.remaining);
      if (!extra.isEmpty) this.convert({ consumed: Resources.empty, produced: extra });
    }
    this.remaining = this.remaining.subtract(task.resources);
    this.launched.push({ task, operationIndex });
    this.agentSteps.push({ kind: 'run_task', operationIndex, task });
  }

  private convert(conversion: Conversion): void {
    this.remaining = this.remaining.subtract(conversion.consumed).add(conversion.produced);
    this.conversions.push(conversion);
  }

  /**
   * What goes back without filter: what was not in the offers, and copies of a volume that is being destroyed, which go back as those
   * of the offers that are rescinded for it do.
   */
  private convertedOf(remaining: Resources): Resources {
    if (this.conversions.length === 0) return Resources.empty;
    const converted = remaining.subtract(this.context.offered);
    if (this.destroying.length === 0) return converted;
    const destroyed = new Set(this.destroying.map(unallocatedIdentity));
    const isConverted = (resource: Resource) => destroyed.has(unallocatedIdentity(resource));
    return converted.filter((resource) => !isConverted(resource)).add(remaining.filter(isConverted));
  }
}

/** The first refusal that is about the unit itself; only with none such, that of a unit which fell together with another. */
function ownRefusal(units: readonly number[], results: readonly UnitResult[]): Refusal | undefined {
  const refusals = units.map((unit) => results[unit]?.refusal).filter((refusal) => refusal !== undefined);
  return refusals.find(({ code }) => code !== 'dependency_refused') ?? refusals[0];
}

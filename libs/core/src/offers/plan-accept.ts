import type { AcceptContext, AcceptPlan, PlannedStep } from './accept-plan';
import type { MalformedOperation, Operation } from './operation';
import { planGroup } from './plan-group';
import { planLaunch } from './plan-launch';
import { planOperation } from './plan-operation';
import { planResize } from './plan-resize';
import { Planning } from './planning';

/**
 * Decides what an ACCEPT asks of the ledger. Operations are taken in order, each judged on what those before have left (B-070); one that fails is
 * dropped alone (B-071, B-080). The ledger is asked once, for all units in order, and may refuse some: what builds on such a step says so in
 * `requires`; what does not need it, does not depend on it. Pure: the same input gives the same plan.
 */
export function planAccept(context: AcceptContext, operations: readonly Operation[]): AcceptPlan {
  const planning = new Planning(context);
  return { steps: operations.map((operation, step) => planStep(planning, operation, step)), units: planning.units };
}

function planStep(planning: Planning, operation: Operation, step: number): PlannedStep {
  switch (operation.type) {
    case 'LAUNCH':
      return planLaunch(planning, operation);
    case 'LAUNCH_GROUP':
      return planGroup(planning, operation, step);
    case 'GROW_VOLUME':
    case 'SHRINK_VOLUME':
      return planResize(planning, operation, step);
    case 'MALFORMED':
      return droppedStep(operation);
    default:
      return planOperation(planning, operation, step);
  }
}

/** B-076. */
function droppedStep(operation: MalformedOperation): PlannedStep {
  const { declaredType, refusal, taskIds } = operation;
  const result = { type: declaredType, refusal, tasks: taskIds.map((taskId) => ({ taskId, refusal })) };
  return { operation, result, units: [], requires: [], tasks: [] };
}

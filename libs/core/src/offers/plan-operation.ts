import { type Resource, unallocated } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { LedgerUnit } from '@holdfast/core/volumes';
import type { PlannedStep } from './accept-plan';
import { checkOperation } from './check-operation';
import { conversionOf, injectRole } from './conversion';
import type { Conversion, ResourceOperation } from './operation';
import { actionOf } from './operation-action';
import { planDrain } from './plan-drain';
import { ascending, type Planning } from './planning';
import { refusedStep } from './refused-step';
import { volumesInHand } from './volumes-in-hand';

/** Judges a RESERVE, UNRESERVE, CREATE or DESTROY on what the steps before have left, and takes and adds what it converts. */
export function planOperation(planning: Planning, operation: ResourceOperation, step: number): PlannedStep {
  const { framework, role } = planning.context;
  const resources = injectRole(operation.resources, role);
  const findVolume = planning.volumes.findOnAgent.bind(planning.volumes);
  const refusal =
    checkOperation(operation.type, resources, { framework, role, findVolume }) ??
    planning.context.authorize(actionOf(operation, { findVolume }));
  if (refusal) return refusedStep(operation, refusal);
  const { whenUnused } = operation;
  if (operation.type === 'DESTROY' && whenUnused) return planDrain(planning, { ...operation, whenUnused }, resources, step);

  const conversion = conversionOf(operation.type, resources);
  const taken = operation.type === 'DESTROY' ? volumesInHand(planning, resources) : takeQuantities(planning, operation, conversion);
  if (!taken) return refusedStep(operation, planning.insufficient(conversion.consumed));

  const requires = ascending(taken);
  const units = addUnits(planning, operation, resources, requires);
  planning.noteStep(step, units, requires);
  produce(planning, operation, resources, conversion, step, units.length > 0 || requires.length > 0);
  return { operation, result: { type: operation.type, tasks: [] }, conversion, units, requires, tasks: [] };
}

/** The steps that must take effect for the quantities to be there; a CREATE in the place of a destroyed volume also needs the DESTROY. */
function takeQuantities(planning: Planning, operation: ResourceOperation, { consumed }: Conversion): readonly number[] | undefined {
  const steps = planning.pool.take(consumed);
  if (!steps || operation.type !== 'CREATE') return steps;
  const destroyedBy = operation.resources.map((volume) => planning.volumes.findOnAgent(keyOfVolume(volume))?.destroyedBy);
  return [...steps, ...destroyedBy.filter((by) => by !== undefined)];
}

/** Volumes of one operation stand or fall together, as the operation does. */
function addUnits(
  planning: Planning,
  operation: ResourceOperation,
  resources: readonly Resource[],
  requires: readonly number[],
): readonly number[] {
  if (operation.type !== 'CREATE' && operation.type !== 'DESTROY') return [];
  const together = resources.length > 1 ? { together: resources.length } : {};
  return resources.map((volume, at) => {
    const unit = operation.type === 'CREATE' ? createUnit(planning, volume) : destroyUnit(volume);
    return planning.addUnit(at === 0 ? { ...unit, ...together } : unit, requires);
  });
}

function createUnit({ context: { framework, agentId } }: Planning, volume: Resource): LedgerUnit {
  const principal = volume.disk?.persistence?.principal;
  const creator = { frameworkId: framework.id, ...(principal === undefined ? {} : { principal }) };
  return { kind: 'create_volume', volume: keyOfVolume(volume), resource: unallocated(volume), creator, agentId };
}

const destroyUnit = (volume: Resource): LedgerUnit => ({ kind: 'destroy_volume', volume: keyOfVolume(volume) });

function produce(
  { pool, volumes }: Planning,
  { type }: ResourceOperation,
  resources: readonly Resource[],
  { produced }: Conversion,
  step: number,
  isConditional: boolean,
): void {
  if (type === 'CREATE') {
    for (const volume of resources) volumes.create(volume, step);
    return;
  }
  if (type === 'DESTROY') for (const volume of resources) volumes.destroy(keyOfVolume(volume), step);
  pool.add(produced, isConditional ? step : undefined);
}

import { refuse } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { DrainTerms, WhenUnused } from '@holdfast/core/volumes';
import type { AcceptContext, PlannedStep } from './accept-plan';
import { conversionOf } from './conversion';
import type { ResourceOperation } from './operation';
import { ascending, type Planning } from './planning';
import { refusedStep } from './refused-step';
import { volumesInHand } from './volumes-in-hand';

export type DrainOperation = ResourceOperation & { readonly whenUnused: WhenUnused };

/**
 * A DESTROY when unused that may be done (`resources` with allocation roles). Whether a volume waits, the ledger says, and it says so of each by
 * itself: one does not wait for the others. So no step after this one finds the disk under them, nor a name free. One with an id names exactly
 * one volume, since its framework wants to hear what becomes of it (`operation_invalid`).
 */
export function planDrain(planning: Planning, operation: DrainOperation, resources: readonly Resource[], step: number): PlannedStep {
  if (operation.id !== undefined && resources.length > 1) {
    const problem = 'A DESTROY when unused that has an id names one volume; each may be destroyed at another time.';
    return refusedStep(operation, refuse('operation_invalid', { problem }));
  }
  const conversion = conversionOf('DESTROY', resources);
  const createdBy = volumesInHand(planning, resources);
  if (!createdBy) return refusedStep(operation, planning.insufficient(conversion.consumed));

  const requires = ascending(createdBy);
  const drain = termsOf(planning.context, operation);
  const units = resources.map((volume) => planning.addUnit({ kind: 'drain_volume', volume: keyOfVolume(volume), drain }, requires));
  planning.noteStep(step, units, requires);
  for (const volume of resources) planning.volumes.drain(keyOfVolume(volume), step);
  return { operation, result: { type: operation.type, tasks: [] }, conversion, units, requires, tasks: [] };
}

function termsOf({ framework: { id, principal }, nowMs }: AcceptContext, { id: operationId, whenUnused }: DrainOperation): DrainTerms {
  const { admitsReaders, deadlineMs, onDeadline } = whenUnused;
  return {
    requester: {
      frameworkId: id,
      ...(principal !== undefined && { principal }),
      ...(operationId !== undefined && { operationId }),
    },
    admitsReaders,
    ...(deadlineMs !== undefined && { deadlineAtMs: nowMs + deadlineMs }),
    onDeadline,
  };
}

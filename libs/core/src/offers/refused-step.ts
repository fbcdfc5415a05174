import type { Refusal } from '@holdfast/core/base';
import type { PlannedStep } from './accept-plan';
import type { ResizeOperation, ResourceOperation } from './operation';

/** A step that planning has refused: it asks nothing of the ledger and changes nothing. */
export const refusedStep = (operation: ResourceOperation | ResizeOperation, refusal: Refusal): PlannedStep => ({
  operation,
  result: { type: operation.type, refusal, tasks: [] },
  units: [],
  requires: [],
  tasks: [],
});

import { refuse, type OperationId } from '@holdfast/core/base';
import type { Operation } from '@holdfast/core/offers';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';

/**
 * An operation id names one operation of its framework until that is over and acknowledged; a second one under it could not be told from the
 * first, and is refused with `operation_invalid`. A LAUNCH may have none at all (D-090), which its planning refuses.
 */
export function refuseUsedIds(deps: Deps, framework: Framework, operations: readonly Operation[]): readonly Operation[] {
  if (operations.every(({ id }) => id === undefined)) return operations;
  const used = new Set<OperationId>();
  return operations.map((operation) => {
    const { id, type } = operation;
    if (id === undefined || type === 'LAUNCH' || type === 'LAUNCH_GROUP' || type === 'MALFORMED') return operation;
    if (used.has(id) || deps.operations.get(framework.id, id)) {
      const problem = `The framework already has an operation with the id ${id}; it can be used again once that is over and acknowledged.`;
      return { type: 'MALFORMED', id, declaredType: type, refusal: refuse('operation_invalid', { problem }), taskIds: [] };
    }
    used.add(id);
    return operation;
  });
}

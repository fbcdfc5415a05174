import type { Refusal, Result } from '@holdfast/core/base';
import type { OperationResult } from '@holdfast/core/offers';

/** A refusal, thrown: for callers to whom a no is the end of the road. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(
    readonly refusal: Refusal,
    what?: string,
  ) {
    super(`${what === undefined ? '' : `${what}: `}${refusal.message} (${refusal.code})`);
  }
}

/** The value, or the refusal thrown. */
export function orThrow<T>(result: Result<T>, what?: string): T {
  if (!result.ok) throw new RefusedError(result.refusal, what);
  return result.value;
}

/** The first refusal among an ACCEPT's results, its tasks included; `undefined` when everything took effect. */
export function firstRefusal(results: readonly OperationResult[]): Refusal | undefined {
  for (const result of results) {
    if (result.refusal) return result.refusal;
    const task = result.tasks.find(({ refusal }) => refusal !== undefined);
    if (task?.refusal) return task.refusal;
  }
  return undefined;
}

/** The results, when every operation and task of an ACCEPT took effect; else its first refusal, thrown. */
export function allApplied(answer: Result<readonly OperationResult[]>): readonly OperationResult[] {
  const results = orThrow(answer);
  const refusal = firstRefusal(results);
  if (refusal) throw new RefusedError(refusal);
  return results;
}

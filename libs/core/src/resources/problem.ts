import { refuse, refused, type Refusal } from '@holdfast/core/base';

/** What is wrong, and where: a path such as `resources[0].scalar`. The details of an `invalid_argument`. */
export interface Problem {
  readonly field: string;
  readonly problem: string;
}

/** The first problem that any of the checks finds; later checks may rely on earlier ones. */
export function firstProblem(...checks: readonly (() => Problem | undefined)[]): Problem | undefined {
  for (const check of checks) {
    const problem = check();
    if (problem) return problem;
  }
  return undefined;
}

export const refuseProblem = ({ field, problem }: Problem): { readonly ok: false; readonly refusal: Refusal } =>
  refused<Refusal>(refuse('invalid_argument', { field, problem }));

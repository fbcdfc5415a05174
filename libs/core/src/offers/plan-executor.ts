import { ok, type Refusal, refused, type Result } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import { executorProblem, type ExecutorInfo, type LaunchedBy } from '@holdfast/core/tasks';
import { executorAction } from './operation-action';
import { allocationProblem } from './plan-task';
import { ascending, type ExecutorInHand, type Planning } from './planning';

/** An executor that is right in itself; whether it fits is not known yet. */
export interface SoundExecutor {
  readonly executor: ExecutorInfo;
  /** Allocated to the role of the offers. */
  readonly resources: Resources;
  /** It is there, or something before brings it: what it takes has been taken (D-036). */
  readonly inHand: ExecutorInHand | undefined;
}

/** Refused with what `asRefusal` makes of the first problem. */
export function soundExecutor(
  planning: Planning,
  executor: ExecutorInfo,
  by: LaunchedBy,
  asRefusal: (problem: string) => Refusal,
): Result<SoundExecutor> {
  const inHand = planning.findExecutor(executor.executorId);
  const wrong = executorProblem(executor, inHand?.executor, by);
  if (wrong !== undefined) return refused(asRefusal(wrong));
  const foreign = allocationProblem(planning, executor.resources);
  if (foreign !== undefined) return refused(asRefusal(`Executor ${executor.executorId}: ${foreign}`));
  return ok({ executor, resources: executor.resources.allocate(planning.context.role), inHand });
}

/** As whom it runs, if it is its framework's own; the one that is built in is the agent's (B-075). */
export function mayRunExecutor({ context: { authorize, framework } }: Planning, executor: ExecutorInfo): Refusal | undefined {
  return executor.type === 'CUSTOM' ? authorize(executorAction(executor, framework)) : undefined;
}

export interface TakenWithExecutor {
  readonly use: ExecutorInHand;
  /** Indexes of the earlier steps on which executor and tasks depend, ascending. */
  readonly requires: readonly number[];
}

/** Takes what tasks and their executor need, or nothing if it is not there (D-036). From here on the executor is in hand. */
export function takeWithExecutor(
  planning: Planning,
  { executor, resources, inHand }: SoundExecutor,
  ofTasks: Resources,
): Result<TakenWithExecutor> {
  const own = inHand ? Resources.empty : resources;
  const taken = planning.pool.takeEach([own, ofTasks]);
  if (!taken) return refused(planning.insufficient(Resources.sum([own, ofTasks])));
  const [ofOwn = [], steps = []] = taken;
  const use = inHand ?? { executor, executorResources: own, requires: ofOwn };
  if (!inHand) planning.noteExecutor(use);
  return ok({ use, requires: ascending([...use.requires, ...steps]) });
}

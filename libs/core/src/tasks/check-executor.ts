import { type Refusal, refuse } from '@holdfast/core/base';
import { fromMilli, idProblem, isPersistentVolume, type Resources } from '@holdfast/core/resources';
import { isSameExecutor } from './same-executor';
import type { ExecutorInfo } from './task';
import { keyOfVolume } from './task-volumes';
import { unsupportedProblem, usageProblem } from './usage-problem';

/** What an executor needs for itself, in thousandths; of disk any amount (D-037). */
const LEAST_MILLI = { cpus: 10, mem: 32_000 } as const;

/**
 * Refuses the executor of a task group with `operation_invalid` and the first error (D-037, D-040, A-053). `running`: the framework's executor of
 * this id on the agent, which must have been described in the same way (D-035); its resources are there already.
 */
export function checkExecutor(executor: ExecutorInfo, running: ExecutorInfo | undefined): Refusal | undefined {
  const { resources } = executor;
  const problem =
    idOfExecutor(executor) ??
    typeProblem(executor) ??
    shutdownGrace(executor) ??
    unsupportedProblem(executor.unsupportedFields) ??
    persistentVolume(resources) ??
    (running ? different(executor, running) : (usageProblem(resources) ?? tooLittle(resources)));
  return problem === undefined ? undefined : refuse('operation_invalid', { problem: `Executor ${executor.executorId}: ${problem}` });
}

function idOfExecutor({ executorId }: ExecutorInfo): string | undefined {
  const problem = idProblem(executorId);
  return problem === undefined ? undefined : `its id ${problem}.`;
}

/** Custom executors are refused by name: a group is carried out under the built-in one. */
function typeProblem({ type }: ExecutorInfo): string | undefined {
  if (type === 'DEFAULT') return undefined;
  return type === undefined
    ? 'its type is not set, which a task group needs; set it to DEFAULT.'
    : `its type is ${type}, which Holdfast does not carry out; set it to DEFAULT.`;
}

const shutdownGrace = ({ shutdownGraceMs }: ExecutorInfo): string | undefined =>
  shutdownGraceMs === undefined || shutdownGraceMs >= 0 ? undefined : 'shutdown_grace_period must not be negative.';

/** who would hold the volume, and until when, could not be told; its tasks may. */
function persistentVolume(resources: Resources): string | undefined {
  for (const { resource } of resources.entries()) {
    if (isPersistentVolume(resource))
      return `its resources contain volume ${keyOfVolume(resource)}; name persistent volumes with the tasks that use them.`;
  }
  return undefined;
}

const different = (executor: ExecutorInfo, running: ExecutorInfo): string | undefined =>
  isSameExecutor(executor, running)
    ? undefined
    : 'it is there already and was described differently; describe it as before, or choose another executor id.';

function tooLittle(resources: Resources): string | undefined {
  for (const [name, least] of Object.entries(LEAST_MILLI)) {
    if (resources.scalarMilli(name) < least)
      return `it needs at least ${fromMilli(least)} ${name} for itself; it has ${fromMilli(resources.scalarMilli(name))}.`;
  }
  return resources.scalarMilli('disk') > 0 ? undefined : 'it needs some disk for itself; it has none.';
}

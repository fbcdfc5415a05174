import { fromMilli, idProblem, isPersistentVolume, type Resources } from '@holdfast/core/resources';
import { commandProblem } from './check-command';
import { isSameExecutor } from './same-executor';
import type { ExecutorInfo } from './task';
import { keyOfVolume } from './task-volumes';
import { unsupportedProblem, usageProblem } from './usage-problem';

/** What an executor needs for itself, in thousandths; of disk any amount (D-037). */
const LEAST_MILLI = { cpus: 10, mem: 32_000 } as const;

/** How an executor comes to an agent: with a task by itself, or with a group. */
export type LaunchedBy = 'LAUNCH' | 'LAUNCH_GROUP';

/**
 * What is wrong with an executor, as a sentence that names it: the first error (D-033, D-037, D-040, A-053). `running`: the framework's executor
 * of this id on the agent, which must have been described in the same way (D-035); its resources are there already.
 */
export function executorProblem(executor: ExecutorInfo, running: ExecutorInfo | undefined, by: LaunchedBy): string | undefined {
  const { resources } = executor;
  const problem =
    idOfExecutor(executor) ??
    (by === 'LAUNCH' ? typeInLaunch(executor) : typeInGroup(executor)) ??
    commandOfExecutor(executor) ??
    shutdownGrace(executor) ??
    unsupportedProblem(executor.unsupportedFields) ??
    persistentVolume(resources) ??
    (running ? different(executor, running) : ownUsage(resources, by));
  return problem === undefined ? undefined : `Executor ${executor.executorId}: ${problem}`;
}

function idOfExecutor({ executorId }: ExecutorInfo): string | undefined {
  const problem = idProblem(executorId);
  return problem === undefined ? undefined : `its id ${problem}.`;
}

/** The one that is built in runs groups only. */
const typeInLaunch = ({ type }: ExecutorInfo): string | undefined =>
  type === 'CUSTOM' ? undefined : 'its type is DEFAULT, which runs task groups only; use LAUNCH_GROUP, or leave the executor out.';

const typeInGroup = ({ type }: ExecutorInfo): string | undefined =>
  type === undefined ? 'its type is not set, which a task group needs; set it to DEFAULT or CUSTOM.' : undefined;

function commandOfExecutor({ type, command }: ExecutorInfo): string | undefined {
  if (type === 'DEFAULT') return command === undefined ? undefined : 'its type is DEFAULT, which is built in; leave its command out.';
  return command === undefined ? 'its type is CUSTOM, and it has no command that starts it.' : commandProblem(command);
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

/** With a task by itself it may even use nothing: whether that is enough is its framework's affair (D-038). */
function ownUsage(resources: Resources, by: LaunchedBy): string | undefined {
  if (by === 'LAUNCH') return resources.isEmpty ? undefined : usageProblem(resources);
  return usageProblem(resources) ?? executorShortage(resources);
}

/** What an executor lacks for itself, as a sentence: refused for a group (D-037), only logged for one that comes with a task (D-038). */
export function executorShortage(resources: Resources): string | undefined {
  for (const [name, least] of Object.entries(LEAST_MILLI)) {
    if (resources.scalarMilli(name) < least)
      return `it needs at least ${fromMilli(least)} ${name} for itself; it has ${fromMilli(resources.scalarMilli(name))}.`;
  }
  return resources.scalarMilli('disk') > 0 ? undefined : 'it needs some disk for itself; it has none.';
}

import type { Resources } from '@holdfast/core/resources';
import { failpoint } from '@holdfast/platform/failpoints';
import type { Deps } from '../deps';
import { retryDestroys } from '../agents/destroy-volumes';
import { forgetIfRemoved } from '../frameworks/forget-framework';
import { holderOf, isFinished, type Task } from './task-book';
import { waitAtMost } from './wait-at-most';

/**
 * The process of a task is known to be gone: its holders are released, its resources come back. Resolves when the ledger
 * has it, or after the release wait, whichever is first (architecture 11.2). Doing it twice does nothing.
 */
export function taskIsGone(deps: Deps, task: Task, cause: string): Promise<void> {
  // Who hears of it a second time waits for the same release.
  if (!task.gone) task.ended = endTask(deps, task, cause);
  return task.ended ?? Promise.resolve();
}

/**
 * The latest state of a task is an end. The agent says so of a task with a container of its own only when that is gone (architecture 11.2).
 * A custom executor says so itself, and lives on: quantities come back at once, but volumes stay held until the agent says that they are no longer
 * mounted in there, which nearly always follows at once. Resolves then, or after the release wait: the status goes out all the same (architecture
 * 11.1, 11.2).
 */
export function taskIsOver(deps: Deps, task: Task, cause: string): Promise<void> {
  if (task.info.executor?.type !== 'CUSTOM' || task.volumes.length === 0) return taskIsGone(deps, task, cause);
  if (task.gone) return task.ended ?? Promise.resolve();
  if (task.isOver) return Promise.resolve();
  const freed = keepVolumesOnly(task);
  if (!freed.isEmpty) recover(deps, task, freed);
  const agent = deps.agents.get(task.agentId);
  const volumes = task.volumes.map(({ volume }) => volume);
  if (agent) void deps.ledger.record(agent.storeId, { kind: 'holder_ending', holder: holderOf(task), volumes });
  const gone = new Promise<void>((resolve) => (task.onReleased = resolve));
  return waitAtMost(deps.world, gone, deps.settings.releaseWaitMs);
}

/** Answers what of its resources it no longer uses. */
export function keepVolumesOnly(task: Task): Resources {
  const volumes = task.resources.persistentVolumes();
  const rest = task.resources.subtract(volumes);
  task.isOver = true;
  task.resources = volumes;
  return rest;
}

const recover = (deps: Deps, { frameworkId, agentId, role }: Task, resources: Resources): void =>
  void deps.allocator.change({ kind: 'recover_resources', frameworkId, agentId, role, resources, offered: false });

async function endTask(deps: Deps, task: Task, cause: string): Promise<void> {
  task.gone = true;
  const agent = deps.agents.get(task.agentId);
  if (agent && task.volumes.length > 0) {
    failpoint('master.before_release');
    const written = deps.ledger.record(agent.storeId, {
      kind: 'release_volumes',
      holder: holderOf(task),
      volumes: task.volumes.map(({ volume }) => volume),
      cause,
    });
    agent.releasing.set(task.launchId, { written, awaitedBy: undefined });
    void written.then(() => agent.releasing.delete(task.launchId));
    await waitAtMost(deps.world, written, deps.settings.releaseWaitMs);
    failpoint('master.after_release');
  }
  task.onReleased?.();
  recover(deps, task, task.resources);
  if (agent) retryDestroys(deps, agent);
  dropIfFinished(deps, task);
}

/** A task leaves the book when it is over, gone, and its framework has acknowledged it or never will. */
export function dropIfFinished(deps: Deps, task: Task): void {
  if (!isFinished(task) || (task.unacknowledged && deps.frameworks.get(task.frameworkId))) return;
  deps.tasks.remove(task);
  forgetIfRemoved(deps, task.frameworkId);
}

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
  deps.allocator.change({
    kind: 'recover_resources',
    frameworkId: task.frameworkId,
    agentId: task.agentId,
    role: task.role,
    resources: task.resources,
    offered: false,
  });
  if (agent) retryDestroys(deps, agent);
  dropIfFinished(deps, task);
}

/** A task leaves the book when it is over, gone, and its framework has acknowledged it or never will. */
export function dropIfFinished(deps: Deps, task: Task): void {
  if (!isFinished(task) || (task.unacknowledged && deps.frameworks.get(task.frameworkId))) return;
  deps.tasks.remove(task);
  forgetIfRemoved(deps, task.frameworkId);
}

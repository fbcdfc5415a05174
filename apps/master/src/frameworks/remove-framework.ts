import type { FrameworkId } from '@holdfast/core/base';
import { isTerminal, masterStatus } from '@holdfast/core/tasks';
import type { Deps } from '../deps';
import { returnOffer } from '../offers/return-offers';
import { releaseOperations } from '../operations/release-operations';
import { dropIfFinished } from '../tasks/finish-task';
import { holderOf, type Task } from '../tasks/task-book';
import { forgetIfRemoved } from './forget-framework';
import type { EventStream } from './event-stream';
import { asBookChange, type Framework } from './framework-book';

/** Ends a framework and its stream. */
export function removeFramework(deps: Deps, framework: Framework, why: string): void {
  endFramework(deps, framework, why)?.close();
}

/**
 * The end of a framework, by TEARDOWN or by its failover timeout (D-011, D-013). Its tasks are over for everybody at once;
 * their holders stay as `ending`, and their resources stay used, until each agent confirms that the process is gone
 * (architecture 11.1, instead of A-043). Answers with its stream, which the caller closes.
 */
export function endFramework(deps: Deps, framework: Framework, why: string): EventStream | undefined {
  deps.log.info({ frameworkId: framework.id, why }, 'framework removed');
  framework.cancelFailover?.();
  const stream = framework.stream;
  framework.stream = undefined;
  deps.frameworks.remove(framework.id);
  deps.frameworkStore.remove(framework.id, deps.world.nowMs());
  deps.allocator.change(asBookChange(framework));
  for (const offer of deps.offers.ofFramework(framework.id)) returnOffer(deps, offer);
  endTasksOf(deps, framework.id, why);
  forgetIfRemoved(deps, framework.id);
  return stream;
}

/** Everything of a removed framework that may still run: over for everybody, its agents are told, nobody waits for acknowledgements. */
export function endTasksOf(deps: Deps, frameworkId: FrameworkId, why: string): void {
  const agentIds = new Set(
    [...deps.tasks.ofFramework(frameworkId), ...deps.executors.ofFramework(frameworkId)].map(({ agentId }) => agentId),
  );
  for (const task of deps.tasks.ofFramework(frameworkId)) endTask(deps, task, why);
  releaseOperations(deps, frameworkId);
  for (const agentId of agentIds) deps.agents.get(agentId)?.link?.send({ kind: 'shutdown_framework', frameworkId });
}

function endTask(deps: Deps, task: Task, why: string): void {
  task.unacknowledged = undefined;
  if (!isTerminal(task.state)) {
    task.state = 'TASK_KILLED';
    task.status = masterStatus({
      taskId: task.taskId,
      agentId: task.agentId,
      state: 'TASK_KILLED',
      reason: 'REASON_FRAMEWORK_REMOVED',
      message: `Its framework was removed: ${why}`,
      timestampMs: deps.world.nowMs(),
      partitionAware: true,
    });
  }
  const agent = deps.agents.get(task.agentId);
  if (agent && !task.gone && task.volumes.length > 0) {
    void deps.ledger.record(agent.storeId, {
      kind: 'holder_ending',
      holder: holderOf(task),
      volumes: task.volumes.map(({ volume }) => volume),
    });
  }
  dropIfFinished(deps, task);
}

import type { AcknowledgeRequest } from '@holdfast/contracts';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { dropIfFinished } from './finish-task';

/** Passes an acknowledgement on to the agent, which then sends the next update. One that matches nothing changes nothing (D-050). */
export function acknowledgeUpdate(deps: Deps, framework: Framework, request: AcknowledgeRequest): void {
  const task = deps.tasks.get(framework.id, request.taskId);
  const pending = task?.unacknowledged?.uuid;
  if (!task || !pending || Buffer.compare(pending, request.uuid) !== 0) {
    deps.log.debug({ frameworkId: framework.id, taskId: request.taskId }, 'acknowledgement of an update that is not pending');
    return;
  }
  task.unacknowledged = undefined;
  deps.agents.get(task.agentId)?.link?.send({ kind: 'acknowledge_update', frameworkId: framework.id, taskId: task.taskId, uuid: pending });
  dropIfFinished(deps, task);
}

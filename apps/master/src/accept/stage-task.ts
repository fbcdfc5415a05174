import type { Role } from '@holdfast/core/base';
import type { PlannedTask } from '@holdfast/core/offers';
import { masterStatus, type TaskInfo } from '@holdfast/core/tasks';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';

/** Records a task as staging; from now on it counts as a user of its resources, before the agent hears of it. `info`: as it is sent. */
export function stageTask(deps: Deps, framework: Framework, agent: Agent, role: Role, planned: PlannedTask, info: TaskInfo): void {
  const { launchId, resources, volumes } = planned;
  deps.tasks.put({
    frameworkId: framework.id,
    taskId: info.taskId,
    launchId,
    agentId: agent.id,
    info,
    role,
    resources: resources.unallocate(),
    volumes,
    state: 'TASK_STAGING',
    status: masterStatus({
      taskId: info.taskId,
      agentId: agent.id,
      state: 'TASK_STAGING',
      timestampMs: deps.world.nowMs(),
      last: info.executor,
      partitionAware: true,
    }),
    unacknowledged: undefined,
    gone: false,
    kill: undefined,
  });
  deps.metrics.taskState('TASK_STAGING');
}

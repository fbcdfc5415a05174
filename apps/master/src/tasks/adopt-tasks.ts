import type { FrameworkId } from '@holdfast/core/base';
import { isTerminal, masterStatus, volumesOf } from '@holdfast/core/tasks';
import type { ReportedTask } from '@holdfast/contracts';
import type { Agent, StateBefore } from '../agents/agent-book';
import { withPresentVolumes } from '../agents/resize-volume';
import type { Deps } from '../deps';
import { roleOfUse } from '../executors/role-of-use';
import { recoverFramework } from '../frameworks/recover-framework';
import { dropIfFinished, keepVolumesOnly } from './finish-task';
import { decideStatus, sendStatus } from './send-status';
import type { Task } from './task-book';

/**
 * Brings the books in line with what a registering agent reports (D-076, D-089): its tasks are adopted with the states it
 * gives them; what it does not report was never started there, or is gone. Frameworks that could not know are told.
 */
export function adoptTasks(deps: Deps, agent: Agent, reported: readonly ReportedTask[], before: StateBefore): void {
  const launches = new Set(reported.map(({ launchId }) => launchId));
  for (const task of deps.tasks.ofAgent(agent.id)) if (!launches.has(task.launchId)) missing(deps, task);
  for (const task of reported) adopt(deps, agent, task, before);
}

function adopt(deps: Deps, agent: Agent, reported: ReportedTask, before: StateBefore): void {
  const frameworkId = reported.framework.id ?? '';
  const known = deps.tasks.get(frameworkId, reported.info.taskId);
  const task = known?.launchId === reported.launchId ? known : asTask(deps, agent, frameworkId, reported);
  const isOver = isTerminal(reported.state);
  task.gone = isOver && !reported.isHolding;
  task.resources = withPresentVolumes(task.resources, agent);
  if (isOver && !task.gone) keepVolumesOnly(task);
  if (task !== known) deps.tasks.put(task);

  if (deps.frameworks.isRemoved(frameworkId)) return endRemoved(deps, agent, task);
  if (!deps.frameworks.get(frameworkId)) recoverFramework(deps, reported.framework);
  const changed = task.state !== reported.state;
  task.state = reported.state;
  if (task.kill && !isOver) agent.link?.send({ kind: 'kill_task', frameworkId, taskId: task.taskId, ...task.kill });
  // A terminal state comes as an update of its own, which the framework can acknowledge.
  if ((changed || before === 'unreachable' || before === 'unknown') && !isOver) {
    task.status = statusOf(deps, task, 'REASON_AGENT_REREGISTERED', 'Its agent has registered again');
    sendStatus(deps.frameworks.get(frameworkId), task.status);
  }
}

/** The launch never reached the agent, or the agent has lost the task together with its process. */
function missing(deps: Deps, task: Task): void {
  const neverStarted = task.state === 'TASK_STAGING';
  task.gone = true;
  if (!isTerminal(task.state)) {
    decideStatus(
      deps,
      task,
      neverStarted ? 'TASK_DROPPED' : 'TASK_GONE',
      neverStarted ? 'REASON_AGENT_DISCONNECTED' : 'REASON_AGENT_RESTARTED',
      neverStarted ? 'The agent never received it' : 'The agent no longer has it',
    );
  }
  task.unacknowledged = undefined;
  dropIfFinished(deps, task);
}

function asTask(deps: Deps, agent: Agent, frameworkId: FrameworkId, { framework, info, launchId, state }: ReportedTask): Task {
  const resources = info.resources;
  const role = roleOfUse(resources, framework);
  const base = { frameworkId, taskId: info.taskId, launchId, agentId: agent.id, info, role, state };
  return {
    ...base,
    resources: resources.unallocate(),
    volumes: volumesOf(info).map(({ volume, mode }) => ({ volume, mode })),
    status: statusOf(deps, base, 'REASON_AGENT_REREGISTERED', 'Its agent has registered again'),
    unacknowledged: undefined,
    gone: false,
    kill: undefined,
  };
}

const statusOf = (
  deps: Deps,
  task: Pick<Task, 'taskId' | 'agentId' | 'state' | 'info'> & Partial<Pick<Task, 'status'>>,
  reason: 'REASON_AGENT_REREGISTERED',
  message: string,
) =>
  masterStatus({
    taskId: task.taskId,
    agentId: task.agentId,
    state: task.state,
    reason,
    message,
    timestampMs: deps.world.nowMs(),
    last: task.status ?? task.info.executor,
    partitionAware: true,
  });

/** Its framework is over: the agent is told, the holder stays until the process is gone. */
function endRemoved(deps: Deps, agent: Agent, task: Task): void {
  task.state = 'TASK_KILLED';
  task.unacknowledged = undefined;
  if (!task.gone) agent.link?.send({ kind: 'shutdown_framework', frameworkId: task.frameworkId });
  dropIfFinished(deps, task);
}

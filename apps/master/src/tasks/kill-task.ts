import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import { isTerminal } from '@holdfast/core/tasks';
import type { Empty, KillRequest } from '@holdfast/contracts';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { reconcileTask } from './reconcile-tasks';
import type { Task } from './task-book';

/** Forwards a KILL, or keeps it until the agent is back; an unknown task is answered like explicit reconciliation (D-056). */
export function killTask(deps: Deps, framework: Framework, request: KillRequest): Result<Empty> {
  const task = deps.tasks.get(framework.id, request.taskId);
  if (!task) {
    reconcileTask(deps, framework, request);
    return ok({});
  }
  if (request.agentId !== undefined && request.agentId !== task.agentId) {
    return refused(refuse('invalid_argument', { field: 'agent_id', problem: `task ${task.taskId} runs on agent ${task.agentId}` }));
  }
  if (isTerminal(task.state)) return ok({});
  sendKill(deps, task, request.graceMs);
  return ok({});
}

/** With the grace that is given, or that of the task's own kill policy. */
export function sendKill(deps: Deps, task: Task, graceMs = task.info.killGraceMs): void {
  task.kill = graceMs === undefined ? {} : { graceMs };
  deps.agents.get(task.agentId)?.link?.send({ kind: 'kill_task', frameworkId: task.frameworkId, taskId: task.taskId, ...task.kill });
}

import { authorize } from '@holdfast/core/authorization';
import { ok, type Principal, refuse, refused, type Result } from '@holdfast/core/base';
import { isTerminal } from '@holdfast/core/tasks';
import type { Empty, KillTaskRequest } from '@holdfast/contracts';
import type { Deps } from '../deps';
import { sendKill } from './kill-task';

/**
 * Ends a task of whichever framework, now or when its agent is back (D-056); what becomes of it comes to its framework.
 * Refused: `unauthorized`, `task_unknown`, `task_over`.
 */
export function killForOperator(
  deps: Deps,
  caller: Principal | undefined,
  { frameworkId, taskId, graceMs }: KillTaskRequest,
): Result<Empty> {
  const principal = deps.frameworks.get(frameworkId)?.info.principal;
  const denied = authorize(deps.acls, caller, { kind: 'kill_tasks', ...(principal !== undefined && { frameworkPrincipal: principal }) });
  if (denied) return refused(denied);
  const task = deps.tasks.get(frameworkId, taskId);
  if (!task) return refused(refuse('task_unknown', { frameworkId, taskId }));
  if (isTerminal(task.state)) return refused(refuse('task_over', { taskId, state: task.state }));
  deps.log.info({ frameworkId, taskId, agentId: task.agentId, by: caller }, 'an operator kills a task');
  sendKill(deps, task, graceMs);
  return ok({});
}

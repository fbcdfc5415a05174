import type { AgentId, TaskId } from '@holdfast/core/base';
import { masterStatus, type TaskState } from '@holdfast/core/tasks';
import type { ReconcileRequest } from '@holdfast/contracts';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { sendStatus } from './send-status';

interface AskedTask {
  readonly taskId: TaskId;
  readonly agentId?: AgentId;
}

/** No tasks named: the latest state of every task; otherwise of each that is named (D-060). Answers are UPDATE events without uuid. */
export function reconcileTasks(deps: Deps, framework: Framework, request: ReconcileRequest): void {
  const asked = request.tasks.length > 0 ? request.tasks : deps.tasks.ofFramework(framework.id);
  for (const task of asked) reconcileTask(deps, framework, task);
}

/** Tells the framework what is known of one task; nothing while an agent that may have it has yet to come back (D-060, D-061). */
export function reconcileTask(deps: Deps, framework: Framework, asked: AskedTask): void {
  const known = deps.tasks.get(framework.id, asked.taskId);
  const state = known?.state ?? stateOfUnknown(deps, asked.agentId);
  if (state === undefined) return;
  const status = masterStatus({
    taskId: asked.taskId,
    agentId: known?.agentId ?? asked.agentId,
    state,
    reason: 'REASON_RECONCILIATION',
    message: known?.status.message ?? 'Reconciliation',
    timestampMs: deps.world.nowMs(),
    unreachableSinceMs: state === 'TASK_UNREACHABLE' ? unreachableSince(deps, known?.agentId ?? asked.agentId) : undefined,
    last: known?.status,
    partitionAware: true,
  });
  sendStatus(framework, status);
}

const unreachableSince = (deps: Deps, agentId: AgentId | undefined): number | undefined =>
  agentId === undefined ? undefined : deps.agents.get(agentId)?.unreachableSinceMs;

function stateOfUnknown(deps: Deps, agentId: AgentId | undefined): TaskState | undefined {
  const agent = agentId === undefined ? undefined : deps.agents.get(agentId);
  if (agent?.state === 'recovering' || (!agent && deps.agents.anyRecovering())) return undefined;
  if (agent?.state === 'unreachable') return 'TASK_UNREACHABLE';
  return agent ? 'TASK_GONE' : 'TASK_UNKNOWN';
}

import { masterStatus, stateFor, type StatusReason, type TaskState, type TaskStatus } from '@holdfast/core/tasks';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import type { Task } from './task-book';

/** Delivers a status to a framework, its state as that framework knows it (PARTITION_AWARE: D-060); lost if it is not connected. */
export function sendStatus(framework: Framework | undefined, status: TaskStatus): void {
  if (!framework?.stream) return;
  const state = stateFor(status.state, framework.info.capabilities.has('PARTITION_AWARE'));
  framework.stream.send({ type: 'UPDATE', status: state === status.state ? status : { ...status, state } });
}

/** The master itself says what became of a task: told once, without uuid (D-051). */
export function decideStatus(deps: Deps, task: Task, state: TaskState, reason: StatusReason, message: string): void {
  task.state = state;
  task.status = masterStatus({
    taskId: task.taskId,
    agentId: task.agentId,
    state,
    reason,
    message,
    timestampMs: deps.world.nowMs(),
    unreachableSinceMs: state === 'TASK_UNREACHABLE' ? deps.agents.get(task.agentId)?.unreachableSinceMs : undefined,
    last: task.info.executor,
    partitionAware: true,
  });
  task.unacknowledged = undefined;
  deps.metrics.taskState(state);
  sendStatus(deps.frameworks.get(task.frameworkId), task.status);
}

import type { AgentId, Refusal, TaskId } from '@holdfast/core/base';
import type { Operation, OperationResult } from '@holdfast/core/offers';
import { refusedLaunchStatus } from '@holdfast/core/tasks';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { sendOperationError } from '../operations/send-operation-status';
import { sendStatus } from '../tasks/send-status';

/**
 * What an ACCEPT refused is also told by events, as frameworks expect that listen to nothing else: a refused task by a status, a refused
 * operation that has an id by OPERATION_ERROR (D-080). `results[i]` answers `operations[i]`.
 */
export function tellRefusals(
  deps: Deps,
  framework: Framework,
  agentId: AgentId,
  operations: readonly Operation[],
  results: readonly OperationResult[],
): void {
  results.forEach(({ type, refusal, tasks }, at) => {
    deps.metrics.operation(type, refusal?.code);
    for (const task of tasks) if (task.refusal) tellTask(deps, framework, type, task.taskId, agentId, task.refusal);
    if (refusal) tellOperation(framework, operations[at], type, refusal);
  });
}

/**
 * An ACCEPT that was refused as a whole: every task that it was to launch is dropped, every other operation is in error (D-021, D-022).
 * What could not be read is refused for that (B-076).
 */
export function tellRefusedAccept(deps: Deps, framework: Framework, operations: readonly Operation[], refusal: Refusal): void {
  for (const operation of operations) {
    const isRead = operation.type !== 'MALFORMED';
    const type = isRead ? operation.type : operation.declaredType;
    const why = isRead ? refusal : operation.refusal;
    deps.metrics.operation(type, why.code);
    for (const { taskId, agentId } of launchesOf(operation)) tellTask(deps, framework, type, taskId, agentId, why);
    tellOperation(framework, operation, type, why);
  }
}

function launchesOf(operation: Operation): readonly { readonly taskId: TaskId; readonly agentId?: AgentId }[] {
  switch (operation.type) {
    case 'LAUNCH':
    case 'LAUNCH_GROUP':
      return operation.tasks.map(({ taskId, task }) => (task.ok ? { taskId, agentId: task.value.agentId } : { taskId }));
    case 'MALFORMED':
      return operation.taskIds.map((taskId) => ({ taskId }));
    default:
      return [];
  }
}

function tellTask(deps: Deps, framework: Framework, type: string, taskId: TaskId, agentId: AgentId | undefined, refusal: Refusal): void {
  const status = refusedLaunchStatus({
    taskId,
    ...(agentId !== undefined && { agentId }),
    refusal,
    timestampMs: deps.world.nowMs(),
    partitionAware: true,
    isOfGroup: type === 'LAUNCH_GROUP',
  });
  deps.metrics.taskState(status.state);
  sendStatus(framework, status);
}

/** A launch is told by its tasks, also one that has an id, which it may not (D-090). */
function tellOperation(framework: Framework, operation: Operation | undefined, type: string, refusal: Refusal): void {
  if (operation?.id === undefined || type === 'LAUNCH' || type === 'LAUNCH_GROUP') return;
  sendOperationError(framework, operation.id, refusal);
}

import type { ResizeOperation, ResourceOperation } from '@holdfast/core/offers';
import { currentTraceParent } from '@holdfast/platform/telemetry';
import type { Deps } from '../deps';
import type { Feedback } from '../operations/track-operation';
import type { Agent } from './agent-book';
import type { OutcomeListener } from './agent-operations';

/** Sends an operation to a connected agent, in order with everything else that is sent to it. With `feedback` it carries the framework's id for it. */
export function sendOperation(
  deps: Deps,
  agent: Agent,
  operation: ResourceOperation | ResizeOperation,
  feedback: Feedback | undefined,
  onOutcome: OutcomeListener,
): void {
  const operationUuid = deps.world.ids.uuid();
  const traceParent = currentTraceParent();
  agent.operations.expect(operationUuid, onOutcome);
  const { id: _, ...withoutId } = operation;
  agent.link?.send({
    kind: 'apply_operation',
    operationUuid,
    operation: feedback ? { ...withoutId, id: feedback.operationId } : withoutId,
    ...(feedback && { frameworkId: feedback.frameworkId }),
    ledgerRevision: deps.ledger.revisionOf(agent.storeId),
    ...(traceParent !== undefined && { traceParent }),
  });
}

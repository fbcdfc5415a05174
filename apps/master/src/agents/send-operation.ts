import type { Operation } from '@holdfast/core/offers';
import { currentTraceParent } from '@holdfast/platform/telemetry';
import type { Deps } from '../deps';
import type { Agent } from './agent-book';
import type { OutcomeListener } from './agent-operations';

/** Sends an operation to a connected agent, in order with everything else that is sent to it. */
export function sendOperation(deps: Deps, agent: Agent, operation: Operation, onOutcome: OutcomeListener): void {
  const operationUuid = deps.world.ids.uuid();
  const traceParent = currentTraceParent();
  agent.operations.expect(operationUuid, onOutcome);
  agent.link?.send({
    kind: 'apply_operation',
    operationUuid,
    operation,
    ledgerRevision: deps.ledger.revisionOf(agent.storeId),
    ...(traceParent !== undefined && { traceParent }),
  });
}

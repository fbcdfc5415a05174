import type { FrameworkId } from '@holdfast/core/base';
import type { Deps } from '../deps';

/** The framework is over and acknowledges nothing more: we do in its place, now and for statuses that come later (D-014). */
export function releaseOperations(deps: Deps, frameworkId: FrameworkId): void {
  for (const operation of deps.operations.ofFramework(frameworkId)) {
    deps.operations.remove(operation);
    const { operationId, unacknowledged, agentId } = operation;
    if (!unacknowledged?.uuid) continue;
    deps.agents.get(agentId)?.link?.send({ kind: 'acknowledge_operation', frameworkId, operationId, uuid: unacknowledged.uuid });
  }
}

import type { AgentId, FrameworkId, OperationId } from '@holdfast/core/base';
import type { OperationStatus } from '@holdfast/core/offers';

/** An operation for which its framework wants feedback (D-090…D-098). */
export interface TrackedOperation {
  readonly frameworkId: FrameworkId;
  readonly operationId: OperationId;
  readonly agentId: AgentId;
  /** The latest, without uuid; pending from the moment at which it is sent. */
  status: OperationStatus;
  /** Of the agent, with a uuid; told until it is acknowledged. */
  unacknowledged: OperationStatus | undefined;
  /** Since when it has been known here. */
  readonly sinceMs: number;
}

/** More than agents can repeat before they hear of it. */
const ACKNOWLEDGED_KEPT = 10_000;

/** Operations by framework; they are few beside tasks. */
export class OperationBook {
  private readonly byFramework = new Map<FrameworkId, Map<OperationId, TrackedOperation>>();
  /** Uuids of statuses, the newest last. */
  private readonly acknowledged = new Set<string>();

  get(frameworkId: FrameworkId, operationId: OperationId): TrackedOperation | undefined {
    return this.byFramework.get(frameworkId)?.get(operationId);
  }

  put(operation: TrackedOperation): void {
    let siblings = this.byFramework.get(operation.frameworkId);
    if (!siblings) this.byFramework.set(operation.frameworkId, (siblings = new Map()));
    siblings.set(operation.operationId, operation);
  }

  remove({ frameworkId, operationId }: TrackedOperation): void {
    const siblings = this.byFramework.get(frameworkId);
    siblings?.delete(operationId);
    if (siblings?.size === 0) this.byFramework.delete(frameworkId);
  }

  /** An agent may be repeating this status just now, which is nothing new. */
  noteAcknowledged(uuid: Uint8Array): void {
    this.acknowledged.add(hex(uuid));
    if (this.acknowledged.size > ACKNOWLEDGED_KEPT) this.acknowledged.delete(this.acknowledged.values().next().value as string);
  }

  wasAcknowledged(uuid: Uint8Array): boolean {
    return this.acknowledged.has(hex(uuid));
  }

  ofFramework(frameworkId: FrameworkId): readonly TrackedOperation[] {
    return [...(this.byFramework.get(frameworkId)?.values() ?? [])];
  }

  ofAgent(agentId: AgentId): readonly TrackedOperation[] {
    return [...this.byFramework.values()].flatMap((siblings) =>
      [...siblings.values()].filter((operation) => operation.agentId === agentId),
    );
  }
}

const hex = (uuid: Uint8Array): string => Buffer.from(uuid).toString('hex');

import type { AgentId, FrameworkId, OperationId, Refusal, Result, World } from '@holdfast/core/base';
import type { AgentMessage, OperationUpdate } from '@holdfast/contracts';
import type { OperationState } from '@holdfast/core/offers';
import type { Resources } from '@holdfast/core/resources';
import type { Logger } from '@holdfast/platform/process';
import { type Checkpoint, isSameOperation, type OperationOutcome, type TrackedOperation } from '../checkpoint';
import { Repeater, type RetryTimes } from '../updates';

export interface FeedbackDeps {
  readonly checkpoint: Pick<Checkpoint, 'outcomes' | 'commit'>;
  readonly world: World;
  readonly log: Logger;
  readonly times: RetryTimes;
  readonly agentId: () => AgentId | undefined;
  /** To the master, if there is one just now. */
  readonly send: (message: AgentMessage) => void;
}

interface Waiting {
  readonly outcome: OperationOutcome;
  readonly repeater: Repeater;
}

/**
 * What became of operations that have an id, until their frameworks have acknowledged it (D-094). An outcome is on the disk before it is told:
 * that of an operation which took effect is put there in the same step as its effect, so that no crash parts the two.
 */
export class OperationFeedback {
  /** By uuid. */
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly deps: FeedbackDeps) {
    for (const outcome of deps.checkpoint.outcomes) this.await(outcome);
  }

  /** The outcome to remember with the effect; undefined if it is remembered already, since the operation has come before. */
  finished(operation: TrackedOperation, converted: Resources): OperationOutcome | undefined {
    return this.known(operation)?.state === 'OPERATION_FINISHED'
      ? undefined
      : this.outcomeOf(operation, 'OPERATION_FINISHED', { converted });
  }

  /** The operation is over; a success is remembered already. Tells it, and goes on until it is acknowledged; what it took the place of is not told again. */
  async conclude(operation: TrackedOperation, result: Result<unknown>): Promise<void> {
    const outcome = this.known(operation) ?? (result.ok ? undefined : await this.failed(operation, result.refusal));
    if (outcome) this.await(outcome).start();
  }

  /** For the report to a master: whatever waits for an acknowledgement. */
  reports(): readonly OperationUpdate[] {
    return [...this.waiting.values()].map(({ outcome }) => this.updateOf(outcome));
  }

  /** The framework knows; it need not be told again, not by a later agent either. */
  async acknowledge(frameworkId: FrameworkId, operationId: OperationId, uuid: Uint8Array): Promise<void> {
    const key = hex(uuid);
    const { outcome } = this.waiting.get(key) ?? {};
    if (outcome?.frameworkId !== frameworkId || outcome.operationId !== operationId) {
      return this.deps.log.debug({ frameworkId, operationId }, 'acknowledgement of an operation that does not wait for one');
    }
    await this.forget((other) => hex(other.uuid) === key);
  }

  /** Nobody is left to acknowledge. */
  async forgetFramework(frameworkId: FrameworkId): Promise<void> {
    await this.forget((outcome) => outcome.frameworkId === frameworkId);
  }

  /** A master has registered us and may have missed anything. */
  resend(): void {
    for (const { repeater } of this.waiting.values()) repeater.start();
  }

  /** No more timers; what is not acknowledged is the next agent's. */
  stop(): void {
    for (const { repeater } of this.waiting.values()) repeater.stop();
  }

  private async failed(operation: TrackedOperation, refusal: Refusal): Promise<OperationOutcome> {
    const state = refusal.code === 'agent_failed' || refusal.code === 'volume_in_use' ? 'OPERATION_FAILED' : 'OPERATION_ERROR';
    const outcome = this.outcomeOf(operation, state, { message: refusal.message });
    const written = await this.deps.checkpoint.commit({ outcome, finished: operation.operationUuid });
    // Told all the same: were this agent killed, the master would find the operation missing from the next one's report and say so (D-097).
    if (!written.ok)
      this.deps.log.warn({ ...operation, problem: written.refusal.message }, 'the outcome of an operation could not be written down');
    return outcome;
  }

  private async forget(isMeant: (outcome: OperationOutcome) => boolean): Promise<void> {
    const meant = [...this.waiting].filter(([, { outcome }]) => isMeant(outcome));
    if (meant.length === 0) return;
    for (const [key, { repeater }] of meant) {
      repeater.stop();
      this.waiting.delete(key);
    }
    const written = await this.deps.checkpoint.commit({ forgets: isMeant });
    if (!written.ok) {
      this.deps.log.warn(
        { problem: written.refusal.message },
        'acknowledged outcomes could not be removed; the next agent may tell them again',
      );
    }
  }

  private await(outcome: OperationOutcome): Repeater {
    const key = hex(outcome.uuid);
    const known = this.waiting.get(key);
    if (known) return known.repeater;
    for (const [other, { outcome: earlier, repeater }] of this.waiting) {
      if (!isSameOperation(earlier, outcome)) continue;
      repeater.stop();
      this.waiting.delete(other);
    }
    const { send, times, world } = this.deps;
    const repeater = new Repeater(() => send({ kind: 'operation_update', ...this.updateOf(outcome) }), times, world);
    this.waiting.set(key, { outcome, repeater });
    return repeater;
  }

  private known(operation: TrackedOperation): OperationOutcome | undefined {
    return this.deps.checkpoint.outcomes.find((outcome) => isSameOperation(outcome, operation));
  }

  private outcomeOf(
    { operationUuid, frameworkId, operationId }: TrackedOperation,
    state: OperationState,
    more: Pick<OperationOutcome, 'converted' | 'message'>,
  ): OperationOutcome {
    const uuid = Buffer.from(this.deps.world.ids.uuid().replaceAll('-', ''), 'hex');
    return { operationUuid, frameworkId, operationId, state, uuid, ...more };
  }

  private updateOf({ frameworkId, operationId, state, uuid, message, converted }: OperationOutcome): OperationUpdate {
    const agentId = this.deps.agentId();
    return {
      frameworkId,
      status: {
        operationId,
        state,
        uuid,
        ...(message !== undefined && { message }),
        ...(converted && { converted }),
        ...(agentId !== undefined && { agentId }),
      },
    };
  }
}

const hex = (uuid: Uint8Array): string => Buffer.from(uuid).toString('hex');

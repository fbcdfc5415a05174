import type { OperationUuid, Refusal } from '@holdfast/core/base';

/** What is to happen when an agent has carried out an operation, or could not. */
export type OutcomeListener = (refusal: Refusal | undefined) => void;

/** Operations sent to one agent over its present registration and not yet answered. */
export class AgentOperations {
  private readonly waiting = new Map<OperationUuid, OutcomeListener>();

  expect(uuid: OperationUuid, listener: OutcomeListener): void {
    this.waiting.set(uuid, listener);
  }

  /** An outcome that nobody waits for belongs to an earlier registration. */
  settle(uuid: OperationUuid, refusal: Refusal | undefined): void {
    const listener = this.waiting.get(uuid);
    this.waiting.delete(uuid);
    listener?.(refusal);
  }

  /** The agent has registered anew: its report says what became of them. */
  forget(): void {
    this.waiting.clear();
  }
}

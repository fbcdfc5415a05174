import type { Epoch } from '@holdfast/core/base';

/** Which leadership this master has; every write to the ledger and every message to an agent carries it. */
export interface Leadership {
  /** Names this run of the master; framework, agent and offer ids begin with it. */
  readonly masterId: string;
  readonly epoch: Epoch;
  /**
   * An agent has seen a higher epoch than ours: either Redis lost the counter's last writes, or another master leads.
   * Resolves when we lead with a higher epoch; rejects with `StaleLeader` if somebody claimed one after us.
   */
  raiseAbove(floor: Epoch): Promise<void>;
}

/** Another master has claimed a later epoch; this one must stop. */
export class StaleLeader extends Error {
  override readonly name = 'StaleLeader';
  constructor(epoch: Epoch, highest: Epoch) {
    super(`epoch ${epoch} of this master is over: epoch ${highest} has been claimed`);
  }
}

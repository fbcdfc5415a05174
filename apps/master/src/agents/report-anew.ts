import type { StoreId } from '@holdfast/core/base';
import type { Deps } from '../deps';

/** Asks the agent of a store for a fresh report, by ending its stream: it dials again and registers with all that it has. */
export function reportAnew(deps: Deps, storeId: StoreId, reason: string): void {
  deps.agents.withStore(storeId)?.link?.drop(reason);
}

/** The ledger is back: agents that registered while it was away are reconciled now. */
export function reportAnewWhereNeeded(deps: Deps): void {
  for (const agent of deps.agents.all()) {
    if (agent.state === 'connected' && !agent.isReconciled) agent.link?.drop('the ledger is back and has not seen its report');
  }
}

import type { Principal, StoreId } from '@holdfast/core/base';
import type { Deps } from '../deps';

/**
 * Asks the agent of a store for a fresh report, by ending its stream: it dials again and registers with all that it has. `by`: on whose behalf;
 * stands in the history of what the report changes.
 */
export function reportAnew(deps: Deps, storeId: StoreId, reason: string, by?: Principal): void {
  const agent = deps.agents.withStore(storeId);
  if (!agent) return;
  if (by !== undefined) agent.reportBy = by;
  agent.link?.drop(reason);
}

/**
 * The ledger is back: agents that registered while it was away are reconciled now. The others' stores are looked at, which changes nothing:
 * one that is verified no longer, since Redis was started anew, is in doubt, and its agent reports.
 */
export function reportAnewWhereNeeded(deps: Deps): void {
  for (const agent of deps.agents.all()) {
    if (agent.state !== 'connected') continue;
    if (agent.isReconciled) void deps.ledger.apply(agent.storeId, []);
    else agent.link?.drop('the ledger is back and has not seen its report');
  }
}

import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import { volumeKey } from '@holdfast/core/volumes';
import type { HistoryAnswer, HistoryQuery } from '@holdfast/contracts';
import type { Deps } from '../deps';
import { readLedger } from '../ledger/read-ledger';

const ENTRIES_AT_MOST = 1_000;

/** What happened in a store, or to one of its volumes; it outlives both tasks and volumes. Refused: `agent_unknown`, `ledger_unavailable`. */
export function listHistory(deps: Deps, query: HistoryQuery): Promise<Result<HistoryAnswer>> {
  return readLedger(async () => {
    const { agentId, role, persistenceId, afterRevision, limit } = query;
    const agent = deps.agents.get(agentId);
    if (!agent) return refused(refuse('agent_unknown', { agentId }));
    const volume = role === undefined || persistenceId === undefined ? undefined : volumeKey(role, persistenceId);
    const most = Math.min(limit || ENTRIES_AT_MOST, ENTRIES_AT_MOST);
    return ok({ entries: await deps.ledger.readHistory(agent.storeId, volume, afterRevision, most) });
  });
}

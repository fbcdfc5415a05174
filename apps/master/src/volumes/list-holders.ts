import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import { volumeKey } from '@holdfast/core/volumes';
import type { HoldersAnswer, HoldersQuery } from '@holdfast/contracts';
import type { Deps } from '../deps';
import { readLedger } from '../ledger/read-ledger';

const PAGE_AT_MOST = 1_000;

/** One page of the holders of a volume. Refused: `agent_unknown`, `volume_not_found`, `invalid_argument` (the page token), `ledger_unavailable`. */
export function listHolders(deps: Deps, query: HoldersQuery): Promise<Result<HoldersAnswer>> {
  return readLedger(async () => {
    const { agentId, role, persistenceId, pageSize, pageToken } = query;
    const agent = deps.agents.get(agentId);
    if (!agent) return refused(refuse('agent_unknown', { agentId }));
    const limit = Math.min(pageSize || PAGE_AT_MOST, PAGE_AT_MOST);
    const page = await deps.ledger.readHolders(agent.storeId, volumeKey(role, persistenceId), {
      limit,
      ...(pageToken !== undefined && { from: pageToken }),
    });
    if (!page) return refused(refuse('volume_not_found', { role, persistenceId }));
    const { holders, next, count, revision } = page;
    return ok({ holders, revision, count, ...(next !== undefined && { nextPageToken: next }) });
  });
}

import { ok, refuse, refused, type Result, type StoreId } from '@holdfast/core/base';
import { type HolderPage, volumeKey } from '@holdfast/core/volumes';
import type { HoldersAnswer, HoldersQuery } from '@holdfast/contracts';
import { RpcFault } from '@holdfast/platform/rpc';
import type { Deps } from '../deps';
import { readLedger } from '../ledger/read-ledger';

const PAGE_AT_MOST = 1_000;

/** One page of the holders of a volume. Refused: `agent_unknown`, `volume_not_found`, `invalid_argument` (the page token), `ledger_unavailable`. */
export function listHolders(deps: Deps, query: HoldersQuery): Promise<Result<HoldersAnswer>> {
  return readLedger(async () => {
    const { agentId, role, persistenceId } = query;
    const agent = deps.agents.get(agentId);
    if (!agent) return refused(refuse('agent_unknown', { agentId }));
    const page = await readPage(deps, agent.storeId, query);
    if (!page.ok) return page;
    if (!page.value) return refused(refuse('volume_not_found', { role, persistenceId }));
    const { holders, next, count, revision } = page.value;
    return ok({ holders, revision, count, ...(next !== undefined && { nextPageToken: next }) });
  });
}

/** The token reaches the registry as the caller wrote it: what it cannot read of the question is that. */
async function readPage(deps: Deps, storeId: StoreId, query: HoldersQuery): Promise<Result<HolderPage | undefined>> {
  const { role, persistenceId, pageSize, pageToken } = query;
  const limit = Math.min(pageSize || PAGE_AT_MOST, PAGE_AT_MOST);
  try {
    const from = pageToken === undefined ? {} : { from: pageToken };
    return ok(await deps.ledger.readHolders(storeId, volumeKey(role, persistenceId), { limit, ...from }));
  } catch (cause) {
    if (!(cause instanceof RpcFault) || cause.code !== 'INVALID_ARGUMENT') throw cause;
    return refused(refuse('invalid_argument', { field: 'page_token', problem: cause.message }));
  }
}

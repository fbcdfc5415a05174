import { ok, refuse, refused, type Result, type StoreId } from '@holdfast/core/base';
import { type LedgerVolume, splitVolumeKey } from '@holdfast/core/volumes';
import type { VolumesAnswer, VolumesQuery } from '@holdfast/contracts';
import type { Deps } from '../deps';
import { readLedger } from '../ledger/read-ledger';

/**
 * Volumes as the ledger has them, also those of stores whose agent is not known. Tombstones only where `gone` is asked for.
 * Refused: `agent_unknown`, `ledger_unavailable`.
 */
export function listVolumes(deps: Deps, query: VolumesQuery): Promise<Result<VolumesAnswer>> {
  return readLedger(async () => {
    const storeIds = await storesOf(deps, query);
    if (!storeIds.ok) return storeIds;
    const volumes = await deps.ledger.readVolumes(storeIds.value);
    return ok({ volumes: volumes.filter((volume) => isAskedFor(volume, query)) });
  });
}

async function storesOf(deps: Deps, { agentId }: VolumesQuery): Promise<Result<readonly StoreId[]>> {
  if (agentId === undefined) return ok((await deps.ledger.readStores()).map(({ storeId }) => storeId));
  const agent = deps.agents.get(agentId);
  return agent ? ok([agent.storeId]) : refused(refuse('agent_unknown', { agentId }));
}

function isAskedFor({ state, volume, holders }: LedgerVolume, query: VolumesQuery): boolean {
  const { role, states = [], holderFrameworkId, holderTaskId } = query;
  if (states.length === 0 ? state === 'gone' : !states.includes(state)) return false;
  if (role !== undefined && splitVolumeKey(volume).role !== role) return false;
  if (holderFrameworkId === undefined) return true;
  return holders.some(
    ({ frameworkId, taskId }) => frameworkId === holderFrameworkId && (holderTaskId === undefined || taskId === holderTaskId),
  );
}

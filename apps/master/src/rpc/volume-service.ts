import { ok, refuse, refused, type AgentId, type Result } from '@holdfast/core/base';
import { splitVolumeKey, volumeKey, type LedgerVolume } from '@holdfast/core/volumes';
import { volumeService, type VolumeName } from '@holdfast/contracts';
import { handleUnary, RpcFault, type RpcHandler } from '@holdfast/platform/rpc';
import { asAuthenticated } from '../authentication';
import type { Deps } from '../deps';

const HISTORY_LIMIT = 1000;

/** Reads of the ledger: the registry answers, the master knows which store belongs to which agent. */
export const volumeHandlers = (deps: Deps): RpcHandler[] => [
  handleUnary(
    volumeService.getVolume,
    asAuthenticated(deps.authenticator, async (name) => {
      const volume = await find(deps, name);
      return volume.ok ? ok({ volume: volume.value }) : volume;
    }),
  ),
  handleUnary(
    volumeService.listVolumes,
    asAuthenticated(deps.authenticator, ({ agentId, role }) =>
      reading(async () => {
        const storeIds = agentId === undefined ? [...deps.agents.all()].map(({ storeId }) => storeId) : storeOf(deps, agentId);
        const volumes = await deps.ledger.readVolumes([...new Set(storeIds)]);
        return ok({
          volumes: volumes.filter(({ state, volume }) => state !== 'gone' && (role === undefined || splitVolumeKey(volume).role === role)),
        });
      }),
    ),
  ),
  handleUnary(
    volumeService.listHolders,
    asAuthenticated(deps.authenticator, async (name) => {
      const volume = await find(deps, name);
      return volume.ok ? ok({ holders: volume.value.holders, revision: volume.value.revision }) : volume;
    }),
  ),
  handleUnary(
    volumeService.listHistory,
    asAuthenticated(deps.authenticator, ({ agentId, role, persistenceId, afterRevision, limit }) =>
      reading(async () => {
        const [storeId] = storeOf(deps, agentId);
        if (storeId === undefined) return refused(refuse('agent_unknown', { agentId }));
        const volume = role === undefined || persistenceId === undefined ? undefined : volumeKey(role, persistenceId);
        const entries = await deps.ledger.readHistory(storeId, volume, afterRevision, Math.min(limit || HISTORY_LIMIT, HISTORY_LIMIT));
        return ok({ entries });
      }),
    ),
  ),
];

const find = (deps: Deps, { agentId, role, persistenceId }: VolumeName): Promise<Result<LedgerVolume>> =>
  reading(async () => {
    const storeIds = storeOf(deps, agentId);
    if (storeIds.length === 0) return refused(refuse('agent_unknown', { agentId }));
    const [volume] = await deps.ledger.readVolumes(storeIds, volumeKey(role, persistenceId));
    return volume && volume.state !== 'gone' ? ok(volume) : refused(refuse('volume_not_found', { role, persistenceId }));
  });

function storeOf(deps: Deps, agentId: AgentId): string[] {
  const agent = deps.agents.get(agentId);
  return agent ? [agent.storeId] : [];
}

/** A registry that cannot be reached is a refusal that says so. */
async function reading<T>(read: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof RpcFault)) throw cause;
    return refused(refuse('ledger_unavailable', { problem: cause.message }));
  }
}

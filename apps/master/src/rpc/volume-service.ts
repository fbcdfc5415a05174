import { ok, type Principal, refuse, refused, type Result } from '@holdfast/core/base';
import { type Method, volumeService } from '@holdfast/contracts';
import { handleServerStream, handleUnary, type RpcHandler } from '@holdfast/platform/rpc';
import { asAuthenticated, authenticated } from '../authentication';
import type { Deps } from '../deps';
import { repairLedger } from '../verification/repair-ledger';
import { verifyLedger } from '../verification/verify-ledger';
import { cancelDestroy } from '../volumes/cancel-destroy';
import { destroyVolume } from '../volumes/destroy-volume';
import { findVolume } from '../volumes/find-volume';
import { listHistory } from '../volumes/list-history';
import { listHolders } from '../volumes/list-holders';
import { listVolumes } from '../volumes/list-volumes';
import { releaseHolder } from '../volumes/release-holder';
import { watchVolumes } from '../volumes/watch-volumes';

/** The ledger's door: decodes, finds out who calls, hands the call over, encodes. The proto file says which refusal means what. */
export function volumeHandlers(deps: Deps): RpcHandler[] {
  type UseCase<Req, Res> = (request: Req, caller: Principal | undefined) => Promise<Result<Res>>;
  const call = <Req, Res>(method: Method<Req, Res>, carryOut: UseCase<Req, Res>) =>
    handleUnary(
      method,
      asAuthenticated(deps.authenticator, (request: Req, _, caller) => carryOut(request, caller)),
    );

  return [
    call(volumeService.getVolume, async (name) => {
      const agent = deps.agents.get(name.agentId);
      if (!agent) return refused(refuse('agent_unknown', { agentId: name.agentId }));
      const volume = await findVolume(deps, agent, name);
      return volume.ok ? ok({ volume: volume.value }) : volume;
    }),
    call(volumeService.listVolumes, (query) => listVolumes(deps, query)),
    call(volumeService.listHolders, (query) => listHolders(deps, query)),
    call(volumeService.listHistory, (query) => listHistory(deps, query)),
    handleServerStream(volumeService.watchVolumes, async (query, stream, info) => {
      const caller = await authenticated(deps.authenticator, info);
      if (!caller.ok) return stream.refuse(caller.refusal);
      if (!stream.closed) watchVolumes(deps, query, stream);
    }),
    call(volumeService.destroyVolume, (request, caller) => destroyVolume(deps, caller, request)),
    call(volumeService.cancelDestroy, (name, caller) => cancelDestroy(deps, caller, name)),
    call(volumeService.releaseHolder, (request, caller) => releaseHolder(deps, caller, request)),
    call(volumeService.verifyLedger, (query) => verifyLedger(deps, query)),
    call(volumeService.repairLedger, (request, caller) => repairLedger(deps, caller, request)),
  ];
}

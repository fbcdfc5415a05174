import { authorize } from '@holdfast/core/authorization';
import { ok, type Principal, type Refusal, refused, type Result } from '@holdfast/core/base';
import type { LedgerVolume } from '@holdfast/core/volumes';
import type { VolumeAnswer, VolumeName } from '@holdfast/contracts';
import type { Deps } from '../deps';
import { drainIsCancelled } from '../drains/end-drain';
import { findVolume, inQueueOf } from './find-volume';

/**
 * Takes a destroy back that waits for its last holder; the volume is what it was before, also while its agent is away. Whoever asked for the
 * destroy may, and whoever may destroy the volume. Refused: `agent_unknown`, `volume_not_found`, `unauthorized`, `destroy_not_pending` once the
 * last holder has left, `ledger_unavailable`.
 */
export function cancelDestroy(deps: Deps, caller: Principal | undefined, name: VolumeName): Promise<Result<VolumeAnswer>> {
  return inQueueOf(deps, name, async (agent) => {
    const found = await findVolume(deps, agent, name);
    if (!found.ok) return found;
    const { volume, generation, drain } = found.value;
    const denied = whyNot(deps, caller, found.value);
    if (denied) return refused(denied);

    const by = caller === undefined ? {} : { by: caller };
    const answer = await deps.ledger.apply(agent.storeId, [{ kind: 'cancel_destroy', volume, generation, cause: 'cancelled', ...by }]);
    if (!answer.ok) return answer;
    const refusal = answer.results[0]?.refusal;
    if (refusal) return refused(refusal);
    const waiting = agent.drains.get(volume);
    if (waiting?.generation === generation) {
      const whom = caller === undefined ? 'an operator' : `principal ${caller}`;
      drainIsCancelled(deps, agent, waiting, `The destroy of volume ${volume} was cancelled by ${whom} before its last holder had left.`);
    }
    const { drain: _, ...ready } = found.value;
    return ok({ volume: { ...ready, state: drain?.isMade === false ? 'creating' : 'ready', revision: answer.revision } });
  });
}

function whyNot({ acls }: Deps, caller: Principal | undefined, { creator, drain }: LedgerVolume): Refusal | undefined {
  if (caller !== undefined && drain?.requester.principal === caller) return undefined;
  return authorize(acls, caller, { kind: 'destroy_volumes', creators: [creator.principal] });
}

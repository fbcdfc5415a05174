import { authorize } from '@holdfast/core/authorization';
import { ok, type Principal, refuse, refused, type Result } from '@holdfast/core/base';
import type { DrainTerms, LedgerUnit, LedgerVolume, WhenUnused } from '@holdfast/core/volumes';
import type { DestroyVolumeRequest, VolumeAnswer } from '@holdfast/contracts';
import type { Agent } from '../agents/agent-book';
import { retryDestroys } from '../agents/destroy-volumes';
import type { Deps } from '../deps';
import { beginDrain } from '../drains/begin-drain';
import { destroyFromTotal, drainIsOver } from '../drains/end-drain';
import { findVolume, inQueueOf, meantVolume } from './find-volume';

/**
 * DESTROY as an operator asks for it, of a volume that need not be in any offer. Answers when it is decided, with the volume as it is then:
 * `destroying`, or `draining` with those it waits for. Who may: as for a framework's DESTROY, by the stored creator (B-123).
 * Refused: `agent_unknown`, `agent_disconnected`, `volume_not_found`, `unauthorized`, `volume_in_use`, `destroy_pending`, `volume_not_ready`,
 * `ledger_unverified`, `ledger_unavailable`. Repeating it is harmless.
 */
export function destroyVolume(deps: Deps, caller: Principal | undefined, request: DestroyVolumeRequest): Promise<Result<VolumeAnswer>> {
  return inQueueOf(deps, request, async (agent) => {
    if (agent.state !== 'connected') return refused(refuse('agent_disconnected', { agentId: agent.id }));
    const found = await findVolume(deps, agent, request);
    if (!found.ok) return found;
    const denied = authorize(deps.acls, caller, { kind: 'destroy_volumes', creators: [found.value.creator.principal] });
    return denied ? refused(denied) : decide(deps, agent, found.value, termsOf(deps, caller, request.whenUnused));
  });
}

async function decide(deps: Deps, agent: Agent, known: LedgerVolume, terms: DrainTerms | undefined): Promise<Result<VolumeAnswer>> {
  const { volume } = known;
  const unit: LedgerUnit = terms ? { kind: 'drain_volume', volume, drain: terms } : { kind: 'destroy_volume', volume };
  const sinceMs = deps.world.nowMs();
  const answer = await deps.ledger.apply(agent.storeId, [unit]);
  if (!answer.ok) return answer;
  const { refusal, waitsFor, generation = known.generation } = answer.results[0] ?? {};
  if (refusal) return refused(refusal);

  const { revision } = answer;
  const meant = meantVolume(agent, volume, generation);
  if (terms && waitsFor) {
    if (meant) beginDrain(deps, agent, { ...meant, terms });
    const drain = known.drain ?? { ...terms, sinceMs, isMade: known.state !== 'creating' };
    return ok({ volume: { ...known, state: 'draining', generation, drain, holders: waitsFor, revision } });
  }
  const waiting = agent.drains.get(volume);
  if (waiting?.generation === generation) drainIsOver(deps, agent, waiting);
  else if (meant) destroyFromTotal(deps, agent, meant, { isKnownToAllocator: true, feedback: undefined });
  else retryDestroys(deps, agent);
  return ok({ volume: { ...known, state: 'destroying', generation, holders: [], revision } });
}

function termsOf({ world }: Deps, caller: Principal | undefined, whenUnused: WhenUnused | undefined): DrainTerms | undefined {
  if (!whenUnused) return undefined;
  const { admitsReaders, deadlineMs, onDeadline } = whenUnused;
  return {
    requester: caller === undefined ? {} : { principal: caller },
    admitsReaders,
    ...(deadlineMs !== undefined && { deadlineAtMs: world.nowMs() + deadlineMs }),
    onDeadline,
  };
}

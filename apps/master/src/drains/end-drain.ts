import { Resources } from '@holdfast/core/resources';
import type { Agent } from '../agents/agent-book';
import { returnDisk } from '../agents/destroy-anew';
import { destroyVolumes, type MeantVolume, takeOutOfTotal } from '../agents/destroy-volumes';
import type { Deps } from '../deps';
import { rescindOffersWith } from '../offers/return-offers';
import { decideOperation } from '../operations/send-operation-status';
import { type Feedback, feedbackOf } from '../operations/track-operation';
import { forgetDrain } from './forget-drain';
import type { VolumeDrain } from './volume-drain';
import { stopWithholding } from './withhold';

/** The last holder has left: the ledger has granted what was asked for, and it is destroyed like any other. */
export function drainIsOver(deps: Deps, agent: Agent, drain: VolumeDrain): void {
  forgetDrain(agent, drain);
  destroyFromTotal(deps, agent, drain, { isKnownToAllocator: !drain.isWithheld, feedback: feedbackOf(deps, drain.terms.requester) });
}

/** The destroy was taken back: the volume is offered again, and whoever wanted to know is told that it has failed. `why`: a sentence. */
export function drainIsCancelled(deps: Deps, agent: Agent, drain: VolumeDrain, why: string): void {
  forgetDrain(agent, drain);
  stopWithholding(deps, agent, drain);
  failOperation(deps, drain, why);
}

/** Whoever wanted to know what becomes of the destroy hears that nothing does. */
export function failOperation(deps: Deps, { terms }: Pick<VolumeDrain, 'terms'>, why: string): void {
  const feedback = feedbackOf(deps, terms.requester);
  const operation = feedback && deps.operations.get(feedback.frameworkId, feedback.operationId);
  if (operation) decideOperation(deps, operation, 'OPERATION_FAILED', why);
}

/**
 * A volume that the agent has is destroyed, though nobody took it from an offer: it leaves the agent's total, the allocator's books and all
 * offers; an ACCEPT that waits with one is refused in its turn (`offer_gone`). Its disk comes back when the data is gone.
 */
export function destroyFromTotal(
  deps: Deps,
  agent: Agent,
  volume: MeantVolume,
  { isKnownToAllocator, feedback }: { readonly isKnownToAllocator: boolean; readonly feedback: Feedback | undefined },
): void {
  const { resource, generation } = volume;
  rescindOffersWith(deps, agent, [resource]);
  takeOutOfTotal(agent, [volume]);
  if (isKnownToAllocator) {
    const conversions = [{ consumed: Resources.of([resource]), produced: Resources.empty }];
    deps.allocator.change({ kind: 'convert_total', agentId: agent.id, conversions });
  }
  const volumes = [{ resource, generation }];
  destroyVolumes(deps, agent, volumes, feedback, () => returnDisk(deps, agent, volumes));
}

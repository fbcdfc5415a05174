import { Resources } from '@holdfast/core/resources';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { rescindOffersWith } from '../offers/return-offers';
import type { VolumeDrain } from './volume-drain';

/** Nobody is offered it any more: offers that contain it are rescinded, and the allocator no longer knows it. Tasks keep their copies. */
export function withhold(deps: Deps, agent: Agent, drain: VolumeDrain): void {
  if (drain.isWithheld) return;
  rescindOffersWith(deps, agent, [drain.resource]);
  drain.isWithheld = true;
  const conversions = [{ consumed: Resources.of([drain.resource]), produced: Resources.empty }];
  deps.allocator.change({ kind: 'convert_total', agentId: agent.id, conversions });
}

/** It is offered again. */
export function stopWithholding(deps: Deps, agent: Agent, drain: VolumeDrain): void {
  if (!drain.isWithheld) return;
  drain.isWithheld = false;
  const conversions = [{ consumed: Resources.empty, produced: Resources.of([drain.resource]) }];
  deps.allocator.change({ kind: 'convert_total', agentId: agent.id, conversions });
}

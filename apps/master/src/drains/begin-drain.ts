import type { DrainingVolume } from '@holdfast/core/offers';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { feedbackOf, trackOperation } from '../operations/track-operation';
import { startDeadline } from './deadline';
import type { VolumeDrain } from './volume-drain';
import { withhold } from './withhold';

/**
 * The ledger has it that a volume of the agent's total waits for its last holder: unless readers are still admitted, nobody is offered it
 * any more. Asked for again it stays as it is.
 */
export function beginDrain(deps: Deps, agent: Agent, draining: DrainingVolume): void {
  if (agent.drains.get(keyOfVolume(draining.resource))?.generation === draining.generation) return;
  const drain = noteDrain(deps, agent, draining);
  if (!draining.terms.admitsReaders) withhold(deps, agent, drain);
}

/** In the master's own books; the allocator is not told. */
export function noteDrain(deps: Deps, agent: Agent, { resource, generation, terms }: DrainingVolume): VolumeDrain {
  const volume = keyOfVolume(resource);
  agent.drains.get(volume)?.stopDeadline();
  const drain: VolumeDrain = { volume, resource, generation, terms, isWithheld: false, stopDeadline: () => undefined };
  agent.drains.set(volume, drain);
  const feedback = feedbackOf(deps, terms.requester);
  if (feedback) trackOperation(deps, agent, feedback);
  startDeadline(deps, agent, drain);
  return drain;
}

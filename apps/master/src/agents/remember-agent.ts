import type { Deps } from '../deps';
import type { Agent } from './agent-book';
import type { AdmittedAgent } from './agent-store';

/** What is kept of an agent for the next master. */
export const admittedAs = ({ id, storeId, info }: Agent, unreachableSinceMs?: number): AdmittedAgent => ({
  id,
  storeId,
  info,
  ...(unreachableSinceMs !== undefined && { unreachableSinceMs }),
});

/**
 * Puts on record that an agent is here. Not waited for: without Redis agents are admitted all the same, and at worst the next master waits
 * for one that is not there, or hears of one that it did not know.
 */
export function remember(deps: Deps, agent: Agent): void {
  deps.agentStore
    .save(admittedAs(agent))
    .catch((cause: unknown) => deps.log.warn({ err: cause, agentId: agent.id }, 'admitted agent not written to Redis'));
}

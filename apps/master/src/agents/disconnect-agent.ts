import type { Deps } from '../deps';
import { rescindOffer } from '../offers/return-offers';
import type { Agent, AgentLink } from './agent-book';

/** The stream broke: nothing of the agent is offered until it registers again; its tasks and holders stay (D-073, architecture 11.1). */
export function disconnectAgent(deps: Deps, agent: Agent, link: AgentLink): void {
  if (agent.link !== link) return;
  agent.link = undefined;
  agent.state = 'disconnected';
  deps.inspections.interrupt(agent.storeId);
  deps.log.warn({ agentId: agent.id }, 'agent disconnected');
  // Inactive first: what the offers return must not be offered at once.
  deps.allocator.change({ kind: 'set_agent_active', agentId: agent.id, active: false });
  for (const offer of deps.offers.ofAgent(agent.id)) rescindOffer(deps, offer);
}

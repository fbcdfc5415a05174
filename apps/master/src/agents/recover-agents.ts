import { Resources } from '@holdfast/core/resources';
import type { Deps } from '../deps';
import { newAgent, type Agent } from './agent-book';

/**
 * After a restart: agents that an earlier master has admitted are known again. Those that it has marked unreachable still are (D-060,
 * D-075); the others are waited for, and returned (D-074).
 */
export async function recoverAgents(deps: Deps): Promise<readonly Agent[]> {
  const awaited: Agent[] = [];
  for (const { id, storeId, info, unreachableSinceMs } of await deps.agentStore.load()) {
    const agent = newAgent(id, storeId, info, Resources.empty);
    agent.lastHeardMs = unreachableSinceMs ?? deps.world.nowMs();
    deps.agents.put(agent);
    if (unreachableSinceMs === undefined) {
      awaited.push(agent);
    } else {
      agent.state = 'unreachable';
      agent.unreachableSinceMs = unreachableSinceMs;
    }
  }
  return awaited;
}

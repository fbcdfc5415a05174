import { Resources } from '@holdfast/core/resources';
import type { Deps } from '../deps';
import { newAgent } from './agent-book';

/** After a restart: agents admitted by an earlier master are waited for; after the agent timeout they are unreachable (D-074). */
export async function recoverAgents(deps: Deps): Promise<void> {
  for (const { id, storeId, info } of await deps.agentStore.load()) {
    deps.agents.put({ ...newAgent(id, storeId, info, Resources.empty), lastHeardMs: deps.world.nowMs() });
  }
}

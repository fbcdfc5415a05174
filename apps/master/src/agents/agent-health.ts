import type { Deps } from '../deps';
import { operationsUnreachable } from '../operations/adopt-operations';
import { markUnreachable } from '../tasks/mark-unreachable';
import type { Agent } from './agent-book';

/** Pings every agent; one that stays silent for the agent timeout is unreachable (D-070). Returns what stops it. */
export function watchAgents(deps: Deps): () => void {
  return deps.world.every(deps.settings.agentPingIntervalMs, () => {
    for (const agent of deps.agents.all()) check(deps, agent);
  });
}

function check(deps: Deps, agent: Agent): void {
  const silentMs = deps.world.nowMs() - agent.lastHeardMs;
  const isSilent = silentMs >= deps.settings.agentTimeoutMs;
  if (agent.state === 'connected' && !isSilent) return agent.link?.send({ kind: 'ping' });
  if (agent.state === 'unreachable' || !isSilent) return;
  deps.log.warn({ agentId: agent.id, silentMs }, 'agent unreachable');
  agent.link?.drop(`silent for ${silentMs} ms`);
  agent.state = 'unreachable';
  agent.unreachableSinceMs = deps.world.nowMs();
  agent.bookedInRequest = deps.allocator.change({ kind: 'remove_agent', agentId: agent.id });
  markUnreachable(deps, agent);
  operationsUnreachable(deps, agent);
  for (const framework of deps.frameworks.all()) framework.stream?.send({ type: 'FAILURE', agentId: agent.id });
}

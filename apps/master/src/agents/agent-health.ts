import { pingsBeforeUnreachable, readRemovalRate } from '@holdfast/core/membership';
import type { Deps } from '../deps';
import type { Agent } from './agent-book';
import { awaitRecovered } from './await-recovered';
import { scheduleMarking } from './mark-agent-unreachable';
import { RemovalTurns } from './removal-turns';

/**
 * Pings every agent; one that does not answer for the agent timeout becomes unreachable (D-070), as does one of `recovered` that does not
 * come back in time (D-074), no faster than the removal rate limit allows (D-071). `endProcess`: too many of them have not come back. Returns
 * what stops it.
 */
export function watchAgents(deps: Deps, recovered: readonly Agent[], endProcess: (problem: string) => void): () => void {
  const { agentRemovalRateLimit, agentTimeoutMs, agentPingIntervalMs } = deps.settings;
  const rate = agentRemovalRateLimit === undefined ? undefined : readRemovalRate(agentRemovalRateLimit);
  const turns = new RemovalTurns(deps.world, rate);
  const missedAtMost = pingsBeforeUnreachable(agentTimeoutMs, agentPingIntervalMs);
  const stopPinging = deps.world.every(agentPingIntervalMs, () => {
    for (const agent of deps.agents.all()) ping(deps, turns, agent, missedAtMost);
  });
  const stopAwaiting = awaitRecovered(deps, turns, recovered, endProcess);
  return () => {
    stopPinging();
    stopAwaiting();
    turns.stop();
  };
}

/** Goes on while a marking waits its turn: an answer calls that off (D-070). */
function ping(deps: Deps, turns: RemovalTurns, agent: Agent, missedAtMost: number): void {
  if (agent.state === 'unreachable' || agent.state === 'recovering') return;
  if (agent.missedPings >= missedAtMost) scheduleMarking(deps, turns, agent, `has missed ${agent.missedPings} pings`);
  agent.missedPings++;
  if (agent.state === 'connected') agent.link?.send({ kind: 'ping' });
}

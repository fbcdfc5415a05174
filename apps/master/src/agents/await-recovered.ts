import { mayRemoveRecovered } from '@holdfast/core/membership';
import type { Deps } from '../deps';
import type { Agent } from './agent-book';
import { scheduleMarking } from './mark-agent-unreachable';
import type { RemovalTurns } from './removal-turns';

/**
 * Agents that an earlier master has admitted and that do not come back in time are unreachable, unless they are too many: then the process
 * is to end, since rather the network or this master is at fault (D-074). Returns what stops it.
 */
export function awaitRecovered(
  deps: Deps,
  turns: RemovalTurns,
  recovered: readonly Agent[],
  endProcess: (problem: string) => void,
): () => void {
  const { agentReregisterTimeoutMs, recoveryAgentRemovalLimitPercent: limitPercent } = deps.settings;
  return deps.world.after(agentReregisterTimeoutMs, () => {
    // One that is registering at this moment has a link.
    const missing = recovered.filter(({ state, link }) => state === 'recovering' && !link);
    if (!mayRemoveRecovered(missing.length, recovered.length, limitPercent)) {
      return endProcess(
        `${missing.length} of the ${recovered.length} agents that were registered before this master started have not come back within ${agentReregisterTimeoutMs} ms, more than the ${limitPercent} % that may be marked unreachable at once (HOLDFAST_MASTER_RECOVERY_AGENT_REMOVAL_LIMIT). Find out why they cannot reach this master, or raise the limit, and start it again.`,
      );
    }
    for (const agent of missing) {
      scheduleMarking(deps, turns, agent, `has not come back within ${agentReregisterTimeoutMs} ms after a restart of the master`);
    }
  });
}

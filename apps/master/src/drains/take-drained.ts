import type { StoreId } from '@holdfast/core/base';
import type { DrainedVolume } from '@holdfast/core/volumes';
import type { Deps } from '../deps';
import { drainIsOver } from './end-drain';

/**
 * The ledger says that the last holder of these has left. In the agent's queue: whatever asked for the drain has been carried out by then.
 * One that is not known here belongs to an agent that has not reported yet: its report brings it back.
 */
export function takeDrained(deps: Deps, storeId: StoreId, volumes: readonly DrainedVolume[]): void {
  const agent = deps.agents.ofStore(storeId);
  if (!agent) return;
  void agent.queue.run(() => {
    for (const { volume, generation } of volumes) {
      const drain = agent.drains.get(volume);
      if (drain?.generation !== generation) continue;
      deps.log.info({ agentId: agent.id, volume, generation }, 'the last holder has left; the volume is being destroyed');
      drainIsOver(deps, agent, drain);
    }
  });
}

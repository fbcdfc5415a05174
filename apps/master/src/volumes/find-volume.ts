import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import { keyOfVolume } from '@holdfast/core/tasks';
import { type LedgerVolume, type VolumeKey, volumeKey } from '@holdfast/core/volumes';
import type { VolumeName } from '@holdfast/contracts';
import type { Agent } from '../agents/agent-book';
import type { MeantVolume } from '../agents/destroy-volumes';
import type { Deps } from '../deps';
import { readLedger } from '../ledger/read-ledger';

/** Runs in the queue of the agent that is named; `agent_unknown` if there is none. */
export function inQueueOf<T>(deps: Deps, { agentId }: VolumeName, work: (agent: Agent) => Promise<Result<T>>): Promise<Result<T>> {
  const agent = deps.agents.get(agentId);
  return agent ? agent.queue.run(() => work(agent)) : Promise.resolve(refused(refuse('agent_unknown', { agentId })));
}

/** A volume that is not gone, as the ledger has it: `volume_not_found`, or `ledger_unavailable`. */
export function findVolume(deps: Deps, agent: Agent, { role, persistenceId }: VolumeName): Promise<Result<LedgerVolume>> {
  return readLedger(async () => {
    const [volume] = await deps.ledger.readVolumes([agent.storeId], volumeKey(role, persistenceId));
    return volume && volume.state !== 'gone' ? ok(volume) : refused(refuse('volume_not_found', { role, persistenceId }));
  });
}

/** The volume in the agent's total; undefined: it is being destroyed already, or the agent is yet to report it. */
export function meantVolume(agent: Agent, key: VolumeKey, generation: number): MeantVolume | undefined {
  const resource = agent.total
    .persistentVolumes()
    .toList()
    .find((each) => keyOfVolume(each) === key);
  return resource && { resource, generation };
}

import { holderId, type HolderId } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { LedgerVolume, VolumeKey } from '@holdfast/core/volumes';
import type { InspectedHolding, InspectedLaunch, InspectedVolume } from './agent-inspection';
import type { LedgerDifference } from './ledger-difference';
import type { MasterTask, StoreLook } from './store-look';

export interface AgentHolding {
  readonly launch: InspectedLaunch;
  readonly holding: InspectedHolding;
}

/** A look with everything in it found by name. */
export interface ComparedStore {
  readonly look: StoreLook;
  readonly where: Pick<LedgerDifference, 'storeId' | 'agentId'>;
  readonly ledger: ReadonlyMap<VolumeKey, LedgerVolume>;
  readonly masterVolumes: ReadonlyMap<VolumeKey, Resource>;
  readonly agentVolumes: ReadonlyMap<VolumeKey, InspectedVolume>;
  readonly launches: ReadonlyMap<HolderId, InspectedLaunch>;
  /** What launches on the agent hold, by volume. */
  readonly heldOnAgent: ReadonlyMap<VolumeKey, ReadonlyMap<HolderId, AgentHolding>>;
  readonly tasks: ReadonlyMap<HolderId, MasterTask>;
}

export function indexLook(look: StoreLook): ComparedStore {
  const { storeId, agentId, ledger, master, agent } = look;
  const heldOnAgent = new Map<VolumeKey, Map<HolderId, AgentHolding>>();
  for (const launch of agent?.launches ?? []) {
    for (const holding of launch.volumes) {
      const holders = heldOnAgent.get(holding.volume) ?? new Map<HolderId, AgentHolding>();
      heldOnAgent.set(holding.volume, holders.set(holderId(launch), { launch, holding }));
    }
  }
  return {
    look,
    where: agentId === undefined ? { storeId } : { storeId, agentId },
    ledger: new Map(ledger.map((volume) => [volume.volume, volume])),
    masterVolumes: new Map(master?.volumes.map((resource) => [keyOfVolume(resource), resource])),
    agentVolumes: new Map(agent?.volumes.map((volume) => [keyOfVolume(volume.resource), volume])),
    launches: new Map(agent?.launches.map((launch) => [holderId(launch), launch])),
    heldOnAgent,
    tasks: new Map(master?.tasks.map((task) => [holderId(task), task])),
  };
}

/** The agent's report was reconciled under the leading master. */
export const isVerifiedIn = ({ standing, epoch }: StoreLook): boolean => standing?.isVerified === true && standing.epoch === epoch;

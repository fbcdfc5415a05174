import { InvalidArgumentError } from 'commander';
import { splitVolumeKey, volumeKey, type LedgerVolume, type VolumeKey, type VolumeState } from '@holdfast/core/volumes';
import type { VolumeName } from '@holdfast/contracts';
import type { Operator } from '@holdfast/scheduler-sdk';
import { CommandFailed, EXIT } from '../../exit-code';
import type { AskOptions, Expect } from '../ask-master';

export interface OneVolumeOptions extends AskOptions {
  readonly agent?: string;
}

export const VOLUME_ARGUMENT = ['<volume>', 'role and id of the volume, such as eng/dataset'] as const;
export const AGENT_OPTION = ['--agent <id>', 'the agent it is on; needed where several agents have a volume of this name'] as const;

export const ALL_STATES: readonly VolumeState[] = ['creating', 'ready', 'draining', 'destroying', 'gone'];

export function parseVolume(value: string): VolumeKey {
  const { role, persistenceId } = splitVolumeKey(value);
  if (!value.includes('/') || role === '' || persistenceId === '')
    throw new InvalidArgumentError('It must be role/id, such as eng/dataset.');
  return volumeKey(role, persistenceId);
}

/** Finds the agent of a volume that is not gone by the volume's name. */
export async function locate(operator: Operator, expect: Expect, key: VolumeKey, agentId: string | undefined): Promise<VolumeName> {
  const { role, persistenceId } = splitVolumeKey(key);
  if (agentId !== undefined) return { agentId, role, persistenceId };
  const { volumes } = await expect(operator.volumes({ role }));
  return onlyOne(key, named(volumes, key), '"holdfast volume list" shows those there are.');
}

/** As `locate`; where the only volumes of this name are destroyed ones, the agent that has the store of one. */
export async function locateInHistory(
  operator: Operator,
  expect: Expect,
  key: VolumeKey,
  agentId: string | undefined,
): Promise<VolumeName> {
  const { role, persistenceId } = splitVolumeKey(key);
  if (agentId !== undefined) return { agentId, role, persistenceId };
  const { volumes } = await expect(operator.volumes({ role, states: ALL_STATES }));
  const all = named(volumes, key);
  const present = all.filter(({ state }) => state !== 'gone');
  if (present.length > 0) return onlyOne(key, present, '');
  // A tombstone names the agent of its day; a store may have come back under another id since.
  const { agents } = await expect(operator.agents());
  const gone = all.map((volume) => {
    const id = agents.find(({ storeId }) => storeId === volume.storeId)?.info.id;
    return id === undefined ? volume : { ...volume, agentId: id };
  });
  return onlyOne(key, gone, 'Nor does the ledger remember one that was destroyed.');
}

const named = (volumes: readonly LedgerVolume[], key: VolumeKey) => volumes.filter(({ volume }) => volume === key);

function onlyOne(key: VolumeKey, found: readonly LedgerVolume[], otherwise: string): VolumeName {
  if (found.length > 1) {
    const agents = found.map((volume) => volume.agentId).join(', ');
    throw new CommandFailed(EXIT.usage, `Several agents have a volume ${key}: ${agents}. Say which one with --agent.`);
  }
  const [only] = found;
  if (only === undefined) throw new CommandFailed(EXIT.refused, `No agent has a volume ${key}. ${otherwise}`);
  const { role, persistenceId } = splitVolumeKey(key);
  return { agentId: only.agentId, role, persistenceId };
}

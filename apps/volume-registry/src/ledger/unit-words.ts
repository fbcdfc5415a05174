import { holderId, unreachable } from '@holdfast/core/base';
import type { LedgerTransaction, LedgerUnit, StoreReport, VolumeKey } from '@holdfast/core/volumes';
import { holderFacts } from './holder-text';
import { volumeBody, volumeOrigin, volumeParts } from './volume-text';

/** What the scripts read: one object per unit, with texts that they pass on unchanged. */
export function unitWords(unit: LedgerUnit, nowMs: number): object {
  const { kind, requires, together } = unit;
  switch (kind) {
    case 'create_volume':
      return {
        kind,
        requires,
        together,
        volume: unit.volume,
        origin: volumeOrigin(nowMs, unit.creator),
        body: volumeBody(unit.agentId, unit.resource),
      };
    case 'acquire_volumes':
      return { kind, requires, together, holder: holderId(unit.holder), facts: holderFacts(unit.holder), volumes: unit.volumes };
    case 'holder_running':
    case 'holder_ending':
      return { kind, requires, together, holder: holderId(unit.holder), volumes: unit.volumes };
    case 'release_volumes':
      return { kind, requires, together, holder: holderId(unit.holder), volumes: unit.volumes, cause: unit.cause };
    case 'create_failed':
    case 'volume_gone':
      return { kind, requires, together, volume: unit.volume, cause: unit.cause };
    case 'resize_volume':
      return { kind, requires, together, volume: unit.volume, ...volumeParts(unit.resource) };
    case 'confirm_created':
    case 'destroy_volume':
      return { kind, requires, together, volume: unit.volume };
    default:
      return unreachable(unit);
  }
}

/** Every volume that a transaction names, once. */
export function volumesOf({ units }: LedgerTransaction): readonly VolumeKey[] {
  const volumes = new Set<VolumeKey>();
  for (const unit of units) {
    if ('volume' in unit) volumes.add(unit.volume);
    else for (const held of unit.volumes) volumes.add(typeof held === 'string' ? held : held.volume);
  }
  return [...volumes];
}

export const reportedVolumeWords = ({ agentId, nowMs, volumes }: StoreReport): readonly object[] =>
  volumes.map(({ volume, resource, principal }) => ({
    volume,
    origin: volumeOrigin(nowMs, { principal }),
    body: volumeBody(agentId, resource),
  }));

export const reportedHolderWords = ({ holders }: StoreReport): readonly object[] =>
  holders.map(({ holder, state, volumes }) => ({ holder: holderId(holder), facts: holderFacts(holder), state, volumes }));

/** Every volume that a report names, once. */
export const volumesReported = ({ volumes, holders }: StoreReport): readonly VolumeKey[] => [
  ...new Set([...volumes, ...holders.flatMap((held) => held.volumes)].map(({ volume }) => volume)),
];

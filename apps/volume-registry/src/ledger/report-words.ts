import { holderId } from '@holdfast/core/base';
import type { StoreReport, VolumeKey } from '@holdfast/core/volumes';
import { holderFacts } from './holder-text';
import { volumeBody, volumeOrigin } from './volume-text';

/** What `reconcile.lua` reads of the volumes of a report. */
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

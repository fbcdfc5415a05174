import type { LedgerEntry, LedgerVolume, VolumeState } from '@holdfast/core/volumes';
import { splitVolumeKey } from '@holdfast/core/volumes';
import {
  type LedgerEntry as WireLedgerEntry,
  type PersistentVolume as WirePersistentVolume,
  PersistentVolume_State as WireState,
} from '../gen/holdfast/v1/persistent_volume';
import { readDrain, writeDrain } from './drain';
import { malformed, readEach, readOptional, readPart, required } from './edge';
import { readHolder, writeHolder } from './holder';
import { readId, readIdText, readOptionalId, writeId, writeOptionalId } from './ids';
import { readCount, writeCount } from './numbers';
import { readResource, writeResource } from './resource';
import { readTimeMs, writeTimeMs } from './time';
import { readVolumeKey } from './volume-key';

const STATES: Readonly<Record<VolumeState, WireState>> = {
  creating: WireState.CREATING,
  ready: WireState.READY,
  draining: WireState.DRAINING,
  destroying: WireState.DESTROYING,
  gone: WireState.GONE,
};

function readVolumeState(state: WireState, field: string): VolumeState {
  switch (state) {
    case WireState.CREATING:
      return 'creating';
    case WireState.READY:
      return 'ready';
    case WireState.DRAINING:
      return 'draining';
    case WireState.DESTROYING:
      return 'destroying';
    case WireState.GONE:
      return 'gone';
    default:
      return malformed(field, 'must be CREATING, READY, DRAINING, DESTROYING or GONE');
  }
}

/** A state by itself in a list. */
export const readListedState = (state: WireState): VolumeState => readVolumeState(state, '');

export const writeVolumeState = (state: VolumeState): WireState => STATES[state];

export function readLedgerVolume(wire: WirePersistentVolume): LedgerVolume {
  const drain = readOptional(wire.drain, 'drain', readDrain);
  const frameworkId = readOptionalId(wire.creatorFrameworkId, 'creator_framework_id');
  return {
    storeId: readIdText(wire.storeId, 'store_id'),
    volume: readVolumeKey(wire),
    state: readVolumeState(required(wire.state, 'state'), 'state'),
    generation: readCount(wire.generation, 'generation'),
    resource: readPart(wire.resource, 'resource', readResource),
    creator: {
      ...(wire.creatorPrincipal !== undefined && { principal: wire.creatorPrincipal }),
      ...(frameworkId !== undefined && { frameworkId }),
    },
    agentId: readId(wire.agentId, 'agent_id'),
    createdMs: readTimeMs(wire.created, 'created'),
    ...(drain && { drain }),
    holders: readEach(wire.holders, 'holders', readHolder),
    revision: readCount(wire.revision, 'revision'),
  };
}

export const writeLedgerVolume = (volume: LedgerVolume): WirePersistentVolume => ({
  storeId: volume.storeId,
  agentId: writeId(volume.agentId),
  ...splitVolumeKey(volume.volume),
  state: STATES[volume.state],
  generation: writeCount(volume.generation),
  shared: volume.resource.shared,
  resource: writeResource(volume.resource),
  creatorPrincipal: volume.creator.principal,
  creatorFrameworkId: writeOptionalId(volume.creator.frameworkId),
  created: writeTimeMs(volume.createdMs),
  drain: volume.drain && writeDrain(volume.drain),
  holders: volume.holders.map(writeHolder),
  revision: writeCount(volume.revision),
});

export function readLedgerEntry(wire: WireLedgerEntry): LedgerEntry {
  const holder = readOptional(wire.holder, 'holder', readHolder);
  return {
    revision: readCount(wire.revision, 'revision'),
    atMs: readTimeMs(wire.at, 'at'),
    change: required(wire.change, 'change'),
    volume: readVolumeKey(wire),
    generation: readCount(wire.generation, 'generation'),
    ...(holder && { holder }),
    ...(wire.cause !== undefined && { cause: wire.cause }),
    ...(wire.by !== undefined && { by: wire.by }),
    epoch: readCount(wire.epoch, 'epoch'),
    ...(wire.traceId !== undefined && { traceId: wire.traceId }),
  };
}

export const writeLedgerEntry = (entry: LedgerEntry): WireLedgerEntry => ({
  revision: writeCount(entry.revision),
  at: writeTimeMs(entry.atMs),
  change: entry.change,
  ...splitVolumeKey(entry.volume),
  generation: writeCount(entry.generation),
  holder: entry.holder && writeHolder(entry.holder),
  cause: entry.cause,
  by: entry.by,
  epoch: writeCount(entry.epoch),
  traceId: entry.traceId,
});

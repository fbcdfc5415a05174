import { WatchVolumesRequest, WatchVolumesResponse, type WatchedEntry as WireWatchedEntry } from '../gen/holdfast/v1/volume_service';
import type { WatchAnswer, WatchQuery, WatchedEntry } from '../messages';
import { defineCodec, malformed, readEach, readPart } from './edge';
import { readIdText, readOptionalId, writeOptionalId } from './ids';
import { readLedgerEntry, writeLedgerEntry } from './persistent-volume';
import { readStorePosition, writeStorePosition } from './store-position';
import { readVolumeFilter } from './volume-name';

function readQuery(wire: WatchVolumesRequest): WatchQuery {
  const agentId = readOptionalId(wire.agentId, 'agent_id');
  const after = readEach(wire.after, 'after', readStorePosition);
  const stores = new Set<string>();
  for (const [at, { storeId }] of after.entries()) {
    if (stores.has(storeId)) malformed(`after[${at}].store_id`, 'names a store again');
    stores.add(storeId);
  }
  return { ...(agentId !== undefined && { agentId }), ...readVolumeFilter(wire), after };
}

export const watchQueryCodec = defineCodec(
  WatchVolumesRequest,
  ({ agentId, role, persistenceId, after }: WatchQuery) => ({
    agentId: writeOptionalId(agentId),
    role,
    persistenceId,
    after: after.map(writeStorePosition),
  }),
  readQuery,
);

function readEntry(wire: WireWatchedEntry): WatchedEntry {
  const agentId = readOptionalId(wire.agentId, 'agent_id');
  return {
    storeId: readIdText(wire.storeId, 'store_id'),
    ...(agentId !== undefined && { agentId }),
    entry: readPart(wire.entry, 'entry', readLedgerEntry),
  };
}

const writeEntry = ({ storeId, agentId, entry }: WatchedEntry): WireWatchedEntry => ({
  storeId,
  agentId: writeOptionalId(agentId),
  entry: writeLedgerEntry(entry),
});

export const watchAnswerCodec = defineCodec(
  WatchVolumesResponse,
  ({ entries, positions }: WatchAnswer) => ({ entries: entries.map(writeEntry), positions: positions.map(writeStorePosition) }),
  (wire): WatchAnswer => ({
    entries: readEach(wire.entries, 'entries', readEntry),
    positions: readEach(wire.positions, 'positions', readStorePosition),
  }),
);

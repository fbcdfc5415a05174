import {
  GetVolumeRequest,
  GetVolumeResponse,
  ListHistoryRequest,
  ListHistoryResponse,
  ListHoldersResponse,
  ListVolumesRequest,
  ListVolumesResponse,
} from '../gen/holdfast/v1/volume_service';
import type { HistoryAnswer, HistoryQuery, HoldersAnswer, VolumeAnswer, VolumeName, VolumesAnswer, VolumesQuery } from '../messages';
import { defineCodec, readEach, readOptional, readPart } from './edge';
import { readHolder, writeHolder } from './holder';
import { readId, readIdText, readOptionalId, readOptionalIdText, writeId, writeOptionalId } from './ids';
import { readCount, readOptionalCount, writeCount } from './numbers';
import { readLedgerEntry, readLedgerVolume, writeLedgerEntry, writeLedgerVolume } from './persistent-volume';
import { readRole } from './role';

/** GetVolumeRequest and ListHoldersRequest, which look alike. */
export const volumeNameCodec = defineCodec(
  GetVolumeRequest,
  ({ agentId, role, persistenceId }: VolumeName) => ({ agentId: writeId(agentId), role, persistenceId }),
  (wire): VolumeName => ({
    agentId: readId(wire.agentId, 'agent_id'),
    role: readPart(wire.role, 'role', readRole),
    persistenceId: readIdText(wire.persistenceId, 'persistence_id'),
  }),
);

export const volumeAnswerCodec = defineCodec(
  GetVolumeResponse,
  ({ volume }: VolumeAnswer) => ({ volume: writeLedgerVolume(volume) }),
  (wire): VolumeAnswer => ({ volume: readPart(wire.volume, 'volume', readLedgerVolume) }),
);

export const volumesQueryCodec = defineCodec(
  ListVolumesRequest,
  ({ agentId, role }: VolumesQuery) => ({ agentId: writeOptionalId(agentId), role }),
  (wire): VolumesQuery => {
    const agentId = readOptionalId(wire.agentId, 'agent_id');
    const role = readOptional(wire.role, 'role', readRole);
    return { ...(agentId !== undefined && { agentId }), ...(role !== undefined && { role }) };
  },
);

export const volumesAnswerCodec = defineCodec(
  ListVolumesResponse,
  ({ volumes }: VolumesAnswer) => ({ volumes: volumes.map(writeLedgerVolume) }),
  (wire): VolumesAnswer => ({ volumes: readEach(wire.volumes, 'volumes', readLedgerVolume) }),
);

export const holdersAnswerCodec = defineCodec(
  ListHoldersResponse,
  ({ holders, revision }: HoldersAnswer) => ({ holders: holders.map(writeHolder), revision: writeCount(revision) }),
  (wire): HoldersAnswer => ({ holders: readEach(wire.holders, 'holders', readHolder), revision: readCount(wire.revision, 'revision') }),
);

/** How many entries one answer holds at most, and if nothing is said. */
const HISTORY_LIMIT = 1000;

export const historyQueryCodec = defineCodec(
  ListHistoryRequest,
  ({ agentId, role, persistenceId, afterRevision, limit }: HistoryQuery) => ({
    agentId: writeId(agentId),
    role,
    persistenceId,
    afterRevision: writeCount(afterRevision),
    limit,
  }),
  (wire): HistoryQuery => {
    const role = readOptional(wire.role, 'role', readRole);
    const persistenceId = readOptionalIdText(wire.persistenceId, 'persistence_id');
    return {
      agentId: readId(wire.agentId, 'agent_id'),
      ...(role !== undefined && { role }),
      ...(persistenceId !== undefined && { persistenceId }),
      afterRevision: readOptionalCount(wire.afterRevision, 'after_revision') ?? 0,
      limit: Math.min(wire.limit ?? HISTORY_LIMIT, HISTORY_LIMIT),
    };
  },
);

export const historyAnswerCodec = defineCodec(
  ListHistoryResponse,
  ({ entries }: HistoryAnswer) => ({ entries: entries.map(writeLedgerEntry) }),
  (wire): HistoryAnswer => ({ entries: readEach(wire.entries, 'entries', readLedgerEntry) }),
);

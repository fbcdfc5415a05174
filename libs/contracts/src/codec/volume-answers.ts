import {
  GetVolumeRequest,
  GetVolumeResponse,
  ListHistoryRequest,
  ListHistoryResponse,
  ListHoldersRequest,
  ListHoldersResponse,
  ListVolumesRequest,
  ListVolumesResponse,
} from '../gen/holdfast/v1/volume_service';
import type { HistoryAnswer, HistoryQuery, HoldersAnswer, HoldersQuery, VolumeAnswer, VolumesAnswer, VolumesQuery } from '../messages';
import { defineCodec, malformed, readEach, readOptional, readPart } from './edge';
import { readHolder, writeHolder } from './holder';
import { readId, readOptionalId, writeId, writeOptionalId } from './ids';
import { readCount, readOptionalCount, writeCount } from './numbers';
import {
  readLedgerEntry,
  readLedgerVolume,
  readListedState,
  writeLedgerEntry,
  writeLedgerVolume,
  writeVolumeState,
} from './persistent-volume';
import { readRole } from './role';
import { readVolumeFilter, readVolumeName, writeVolumeName } from './volume-name';

/** GetVolumeRequest and CancelDestroyRequest, which look alike. */
export const volumeNameCodec = defineCodec(GetVolumeRequest, writeVolumeName, readVolumeName);

/** The answers of GetVolume, DestroyVolume and CancelDestroy, which look alike. */
export const volumeAnswerCodec = defineCodec(
  GetVolumeResponse,
  ({ volume }: VolumeAnswer) => ({ volume: writeLedgerVolume(volume) }),
  (wire): VolumeAnswer => ({ volume: readPart(wire.volume, 'volume', readLedgerVolume) }),
);

export const volumesQueryCodec = defineCodec(
  ListVolumesRequest,
  ({ agentId, role, states = [], holderFrameworkId, holderTaskId }: VolumesQuery) => ({
    agentId: writeOptionalId(agentId),
    role,
    states: states.map(writeVolumeState),
    holderFrameworkId: writeOptionalId(holderFrameworkId),
    holderTaskId: writeOptionalId(holderTaskId),
  }),
  (wire): VolumesQuery => {
    const agentId = readOptionalId(wire.agentId, 'agent_id');
    const role = readOptional(wire.role, 'role', readRole);
    const holderFrameworkId = readOptionalId(wire.holderFrameworkId, 'holder_framework_id');
    const holderTaskId = readOptionalId(wire.holderTaskId, 'holder_task_id');
    // Frameworks choose the ids of their tasks: by itself one names nobody.
    if (holderTaskId !== undefined && holderFrameworkId === undefined) malformed('holder_framework_id', 'is required with holder_task_id');
    return {
      ...(agentId !== undefined && { agentId }),
      ...(role !== undefined && { role }),
      ...(wire.states.length > 0 && { states: readEach(wire.states, 'states', readListedState) }),
      ...(holderFrameworkId !== undefined && { holderFrameworkId }),
      ...(holderTaskId !== undefined && { holderTaskId }),
    };
  },
);

export const volumesAnswerCodec = defineCodec(
  ListVolumesResponse,
  ({ volumes }: VolumesAnswer) => ({ volumes: volumes.map(writeLedgerVolume) }),
  (wire): VolumesAnswer => ({ volumes: readEach(wire.volumes, 'volumes', readLedgerVolume) }),
);

/** A page costs the ledger about as much as it holds. */
const LARGEST_PAGE = 1000;

function readPageSize(size: number): number {
  if (size === 0) malformed('page_size', 'must be positive; leave it out for pages of 1000');
  return size > LARGEST_PAGE ? malformed('page_size', `must not be above ${LARGEST_PAGE}`) : size;
}

export const holdersQueryCodec = defineCodec(
  ListHoldersRequest,
  ({ pageSize, pageToken, ...name }: HoldersQuery) => ({ ...writeVolumeName(name), pageSize, pageToken }),
  (wire): HoldersQuery => ({
    ...readVolumeName(wire),
    ...(wire.pageSize !== undefined && { pageSize: readPageSize(wire.pageSize) }),
    ...(wire.pageToken !== undefined && { pageToken: wire.pageToken }),
  }),
);

export const holdersAnswerCodec = defineCodec(
  ListHoldersResponse,
  ({ holders, revision, nextPageToken, count }: HoldersAnswer) => ({
    holders: holders.map(writeHolder),
    revision: writeCount(revision),
    nextPageToken,
    count: writeCount(count),
  }),
  (wire): HoldersAnswer => ({
    holders: readEach(wire.holders, 'holders', readHolder),
    revision: readCount(wire.revision, 'revision'),
    ...(wire.nextPageToken !== undefined && { nextPageToken: wire.nextPageToken }),
    count: readCount(wire.count, 'count'),
  }),
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
  (wire): HistoryQuery => ({
    agentId: readId(wire.agentId, 'agent_id'),
    ...readVolumeFilter(wire),
    afterRevision: readOptionalCount(wire.afterRevision, 'after_revision') ?? 0,
    limit: Math.min(wire.limit ?? HISTORY_LIMIT, HISTORY_LIMIT),
  }),
);

export const historyAnswerCodec = defineCodec(
  ListHistoryResponse,
  ({ entries }: HistoryAnswer) => ({ entries: entries.map(writeLedgerEntry) }),
  (wire): HistoryAnswer => ({ entries: readEach(wire.entries, 'entries', readLedgerEntry) }),
);

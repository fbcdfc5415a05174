import { type FedEntry, type HolderPage, type StoreStanding, splitVolumeKey } from '@holdfast/core/volumes';
import {
  type FedEntry as WireFedEntry,
  FollowHistoryRequest as WireFollowHistoryRequest,
  FollowHistoryResponse as WireFollowHistoryResponse,
  ReadHistoryRequest as WireReadHistoryRequest,
  ReadHistoryResponse as WireReadHistoryResponse,
  ReadHoldersRequest as WireReadHoldersRequest,
  ReadHoldersResponse as WireReadHoldersResponse,
  ReadStoresResponse as WireReadStoresResponse,
  ReadVolumesRequest as WireReadVolumesRequest,
  ReadVolumesResponse as WireReadVolumesResponse,
  type StoreStanding as WireStoreStanding,
} from '../gen/holdfast/internal/v1/volume_registry';
import type {
  FollowHistoryRequest,
  FollowHistoryResponse,
  ReadHistoryRequest,
  ReadHistoryResponse,
  ReadHoldersRequest,
  ReadHoldersResponse,
  ReadStoresResponse,
  ReadVolumesRequest,
  ReadVolumesResponse,
} from '../messages';
import { defineCodec, readEach, readPart, required } from './edge';
import { readHolder, writeHolder } from './holder';
import { readIdText } from './ids';
import { readCount, writeCount } from './numbers';
import { readLedgerEntry, readLedgerVolume, writeLedgerEntry, writeLedgerVolume } from './persistent-volume';
import { readStorePosition, writeStorePosition } from './store-position';
import { readOptionalVolumeKey, readVolumeKey } from './volume-key';

const readStoreId = (storeId: string): string => readIdText(storeId, '');

export const readVolumesRequestCodec = defineCodec(
  WireReadVolumesRequest,
  ({ storeIds, volume }: ReadVolumesRequest) => ({ storeIds: [...storeIds], ...(volume !== undefined && splitVolumeKey(volume)) }),
  (wire): ReadVolumesRequest => {
    const volume = readOptionalVolumeKey(wire);
    return { storeIds: readEach(wire.storeIds, 'store_ids', readStoreId), ...(volume !== undefined && { volume }) };
  },
);

export const readVolumesResponseCodec = defineCodec(
  WireReadVolumesResponse,
  ({ volumes }: ReadVolumesResponse) => ({ volumes: volumes.map(writeLedgerVolume) }),
  (wire): ReadVolumesResponse => ({ volumes: readEach(wire.volumes, 'volumes', readLedgerVolume) }),
);

export const readHistoryRequestCodec = defineCodec(
  WireReadHistoryRequest,
  ({ storeId, volume, afterRevision, limit }: ReadHistoryRequest) => ({
    storeId,
    ...(volume !== undefined && splitVolumeKey(volume)),
    afterRevision: writeCount(afterRevision),
    limit,
  }),
  (wire): ReadHistoryRequest => {
    const volume = readOptionalVolumeKey(wire);
    return {
      storeId: readIdText(wire.storeId, 'store_id'),
      ...(volume !== undefined && { volume }),
      afterRevision: readCount(wire.afterRevision, 'after_revision'),
      limit: required(wire.limit, 'limit'),
    };
  },
);

export const readHistoryResponseCodec = defineCodec(
  WireReadHistoryResponse,
  ({ entries }: ReadHistoryResponse) => ({ entries: entries.map(writeLedgerEntry) }),
  (wire): ReadHistoryResponse => ({ entries: readEach(wire.entries, 'entries', readLedgerEntry) }),
);

export const readHoldersRequestCodec = defineCodec(
  WireReadHoldersRequest,
  ({ storeId, volume, from, limit }: ReadHoldersRequest) => ({ storeId, ...splitVolumeKey(volume), from, limit }),
  (wire): ReadHoldersRequest => ({
    storeId: readIdText(wire.storeId, 'store_id'),
    volume: readVolumeKey(wire),
    ...(wire.from !== undefined && { from: wire.from }),
    limit: required(wire.limit, 'limit'),
  }),
);

const readPage = ({ holders, next, count, revision }: WireReadHoldersResponse): HolderPage => ({
  holders: readEach(holders, 'holders', readHolder),
  ...(next !== undefined && { next }),
  count: readCount(count, 'count'),
  revision: readCount(revision, 'revision'),
});

const writePage = ({ holders, next, count, revision }: HolderPage): WireReadHoldersResponse => ({
  holders: holders.map(writeHolder),
  next,
  count: writeCount(count),
  revision: writeCount(revision),
});

/** Without revision there is no page. */
export const readHoldersResponseCodec = defineCodec(
  WireReadHoldersResponse,
  ({ page }: ReadHoldersResponse): WireReadHoldersResponse => (page ? writePage(page) : { holders: [] }),
  (wire): ReadHoldersResponse => (wire.revision === undefined ? {} : { page: readPage(wire) }),
);

const readStanding = (wire: WireStoreStanding): StoreStanding => ({
  storeId: readIdText(wire.storeId, 'store_id'),
  epoch: readCount(wire.epoch, 'epoch'),
  revision: readCount(wire.revision, 'revision'),
  isVerified: required(wire.verified, 'verified'),
});

const writeStanding = ({ storeId, epoch, revision, isVerified }: StoreStanding): WireStoreStanding => ({
  storeId,
  epoch: writeCount(epoch),
  revision: writeCount(revision),
  verified: isVerified,
});

export const readStoresResponseCodec = defineCodec(
  WireReadStoresResponse,
  ({ stores }: ReadStoresResponse) => ({ stores: stores.map(writeStanding) }),
  (wire): ReadStoresResponse => ({ stores: readEach(wire.stores, 'stores', readStanding) }),
);

export const followHistoryRequestCodec = defineCodec(
  WireFollowHistoryRequest,
  ({ positions }: FollowHistoryRequest) => ({ positions: positions.map(writeStorePosition) }),
  (wire): FollowHistoryRequest => ({ positions: readEach(wire.positions, 'positions', readStorePosition) }),
);

const readFed = (wire: WireFedEntry): FedEntry => ({
  storeId: readIdText(wire.storeId, 'store_id'),
  entry: readPart(wire.entry, 'entry', readLedgerEntry),
});

const writeFed = ({ storeId, entry }: FedEntry): WireFedEntry => ({ storeId, entry: writeLedgerEntry(entry) });

export const followHistoryResponseCodec = defineCodec(
  WireFollowHistoryResponse,
  ({ entries }: FollowHistoryResponse) => ({ entries: entries.map(writeFed) }),
  (wire): FollowHistoryResponse => ({ entries: readEach(wire.entries, 'entries', readFed) }),
);

import { splitVolumeKey } from '@holdfast/core/volumes';
import {
  ReadHistoryRequest as WireReadHistoryRequest,
  ReadHistoryResponse as WireReadHistoryResponse,
  ReadVolumesRequest as WireReadVolumesRequest,
  ReadVolumesResponse as WireReadVolumesResponse,
} from '../gen/holdfast/internal/v1/volume_registry';
import type { ReadHistoryRequest, ReadHistoryResponse, ReadVolumesRequest, ReadVolumesResponse } from '../messages';
import { defineCodec, readEach, required } from './edge';
import { readIdText } from './ids';
import { readCount, writeCount } from './numbers';
import { readLedgerEntry, readLedgerVolume, writeLedgerEntry, writeLedgerVolume } from './persistent-volume';
import { readOptionalVolumeKey } from './volume-key';

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

import {
  applyRequestCodec,
  applyResponseCodec,
  emptyCodec,
  followHistoryRequestCodec,
  followHistoryResponseCodec,
  readHistoryRequestCodec,
  readHistoryResponseCodec,
  readHoldersRequestCodec,
  readHoldersResponseCodec,
  readStoresResponseCodec,
  readVolumesRequestCodec,
  readVolumesResponseCodec,
  reconcileOutcomeCodec,
  storeReportCodec,
} from '../codec';
import { duplex, serverStream, unary } from './rpc-kind';

const NAME = 'holdfast.internal.v1.VolumeRegistryService';

/** The face of the ledger; the master dials. */
export const volumeRegistryService = {
  apply: duplex(NAME, 'Apply', applyRequestCodec, applyResponseCodec),
  reconcileStore: unary(NAME, 'ReconcileStore', storeReportCodec, reconcileOutcomeCodec),
  readVolumes: unary(NAME, 'ReadVolumes', readVolumesRequestCodec, readVolumesResponseCodec),
  readHolders: unary(NAME, 'ReadHolders', readHoldersRequestCodec, readHoldersResponseCodec),
  readStores: unary(NAME, 'ReadStores', emptyCodec, readStoresResponseCodec),
  readHistory: unary(NAME, 'ReadHistory', readHistoryRequestCodec, readHistoryResponseCodec),
  followHistory: serverStream(NAME, 'FollowHistory', followHistoryRequestCodec, followHistoryResponseCodec),
} as const;

import {
  applyRequestCodec,
  applyResponseCodec,
  readHistoryRequestCodec,
  readHistoryResponseCodec,
  readVolumesRequestCodec,
  readVolumesResponseCodec,
  reconcileOutcomeCodec,
  storeReportCodec,
} from '../codec';
import { duplex, unary } from './rpc-kind';

const NAME = 'holdfast.internal.v1.VolumeRegistryService';

/** The face of the ledger; the master dials. */
export const volumeRegistryService = {
  apply: duplex(NAME, 'Apply', applyRequestCodec, applyResponseCodec),
  reconcileStore: unary(NAME, 'ReconcileStore', storeReportCodec, reconcileOutcomeCodec),
  readVolumes: unary(NAME, 'ReadVolumes', readVolumesRequestCodec, readVolumesResponseCodec),
  readHistory: unary(NAME, 'ReadHistory', readHistoryRequestCodec, readHistoryResponseCodec),
} as const;

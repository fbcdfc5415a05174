import {
  destroyVolumeRequestCodec,
  historyAnswerCodec,
  historyQueryCodec,
  holdersAnswerCodec,
  holdersQueryCodec,
  releaseHolderAnswerCodec,
  releaseHolderRequestCodec,
  repairAnswerCodec,
  repairRequestCodec,
  verifyAnswerCodec,
  verifyQueryCodec,
  volumeAnswerCodec,
  volumeNameCodec,
  volumesAnswerCodec,
  volumesQueryCodec,
  watchAnswerCodec,
  watchQueryCodec,
} from '../codec';
import { serverStream, unary } from './rpc-kind';

export const VOLUME_SERVICE = 'holdfast.v1.VolumeService';

/** Who holds which volume: the ledger, read and changed through the master. Conditions and codes stand in volume_service.proto. */
export const volumeService = {
  getVolume: unary(VOLUME_SERVICE, 'GetVolume', volumeNameCodec, volumeAnswerCodec),
  listVolumes: unary(VOLUME_SERVICE, 'ListVolumes', volumesQueryCodec, volumesAnswerCodec),
  listHolders: unary(VOLUME_SERVICE, 'ListHolders', holdersQueryCodec, holdersAnswerCodec),
  listHistory: unary(VOLUME_SERVICE, 'ListHistory', historyQueryCodec, historyAnswerCodec),
  watchVolumes: serverStream(VOLUME_SERVICE, 'WatchVolumes', watchQueryCodec, watchAnswerCodec),
  destroyVolume: unary(VOLUME_SERVICE, 'DestroyVolume', destroyVolumeRequestCodec, volumeAnswerCodec),
  cancelDestroy: unary(VOLUME_SERVICE, 'CancelDestroy', volumeNameCodec, volumeAnswerCodec),
  releaseHolder: unary(VOLUME_SERVICE, 'ReleaseHolder', releaseHolderRequestCodec, releaseHolderAnswerCodec),
  verifyLedger: unary(VOLUME_SERVICE, 'VerifyLedger', verifyQueryCodec, verifyAnswerCodec),
  repairLedger: unary(VOLUME_SERVICE, 'RepairLedger', repairRequestCodec, repairAnswerCodec),
} as const;

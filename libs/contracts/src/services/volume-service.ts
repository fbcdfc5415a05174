import {
  historyAnswerCodec,
  historyQueryCodec,
  holdersAnswerCodec,
  volumeAnswerCodec,
  volumeNameCodec,
  volumesAnswerCodec,
  volumesQueryCodec,
} from '../codec';
import { unary } from './rpc-kind';

export const VOLUME_SERVICE = 'holdfast.v1.VolumeService';

/** Who holds which volume: reads of the ledger, proxied by the master. */
export const volumeService = {
  getVolume: unary(VOLUME_SERVICE, 'GetVolume', volumeNameCodec, volumeAnswerCodec),
  listVolumes: unary(VOLUME_SERVICE, 'ListVolumes', volumesQueryCodec, volumesAnswerCodec),
  listHolders: unary(VOLUME_SERVICE, 'ListHolders', volumeNameCodec, holdersAnswerCodec),
  listHistory: unary(VOLUME_SERVICE, 'ListHistory', historyQueryCodec, historyAnswerCodec),
} as const;

import { allocateRequestCodec, allocateResponseCodec } from '../codec';
import { duplex } from './rpc-kind';

const NAME = 'holdfast.internal.v1.AllocatorService';

/** Numbered batches both ways; the master dials. */
export const allocatorService = {
  allocate: duplex(NAME, 'Allocate', allocateRequestCodec, allocateResponseCodec),
} as const;

import { DESCRIPTOR_SET_BASE64 } from '../gen/descriptor-set';

/** A google.protobuf.FileDescriptorSet of the whole API, comments included, for server reflection. */
export const descriptorSet: Buffer = Buffer.from(DESCRIPTOR_SET_BASE64, 'base64');

import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Result } from '@holdfast/core/base';

/** A generated message, whichever. */
export interface AnyWire {
  fromJSON(json: unknown): unknown;
  encode(message: never): BinaryWriter;
}

/** A codec, whichever: that the values beside it are its own, the test shows. */
export interface AnyCodec {
  encode(message: never): Buffer;
  decode(bytes: Buffer): Result<unknown>;
}

/** The bytes of a message that is given with the names of the schema, without our codecs. */
export const bytesOf = (type: AnyWire, json: object): Buffer => Buffer.from(type.encode(type.fromJSON(json) as never).finish());

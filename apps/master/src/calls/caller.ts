import type { Principal, StreamId } from '@holdfast/core/base';

/** Who makes a call, as its door has found out. */
export interface Caller {
  /** Authenticated; absent where no credentials are asked for. */
  readonly principal?: Principal;
  /** The subscription over which the call comes; over Connect that of the stream itself. */
  readonly streamId?: StreamId;
  readonly door: 'grpc' | 'mesos';
}

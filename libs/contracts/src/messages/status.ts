import type { Refusal } from '@holdfast/core/base';

/** The content of the trailer `grpc-status-details-bin`: a google.rpc.Status. */
export interface StatusDetails {
  /** The gRPC status code, as a number. */
  readonly code: number;
  readonly message: string;
  /** Absent when the status carries no detail that is ours. */
  readonly refusal?: Refusal;
}

import { type ServiceError, status } from '@grpc/grpc-js';

/** The world failed between two processes: unreachable, too late, or the other side's bug. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault';

  constructor(
    message: string,
    /** A gRPC status name, e.g. `UNAVAILABLE`. */
    readonly code: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** Names the method and the address, which grpc-js' own errors leave out. */
export function rpcFault(error: Partial<ServiceError>, path: string, address: string): RpcFault {
  const code = status[error.code ?? status.UNKNOWN] ?? 'UNKNOWN';
  return new RpcFault(`${path} at ${address}: ${code}: ${error.details || error.message || 'no reason given'}`, code, error);
}

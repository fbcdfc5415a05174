import { refuse, refused, type Result } from '@holdfast/core/base';
import { RpcFault } from '@holdfast/platform/rpc';

/** A ledger that cannot be read is a refusal that says so, and never an empty answer. */
export async function readLedger<T>(read: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof RpcFault)) throw cause;
    // Of all that is asked for, only a page token reaches the registry as the caller wrote it.
    if (cause.code === 'INVALID_ARGUMENT') return refused(refuse('invalid_argument', { field: 'page_token', problem: cause.message }));
    return refused(refuse('ledger_unavailable', { problem: cause.message }));
  }
}

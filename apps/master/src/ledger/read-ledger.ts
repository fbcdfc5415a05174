import { refuse, refused, type Result } from '@holdfast/core/base';
import { RpcFault } from '@holdfast/platform/rpc';

/** A ledger that cannot be read is a refusal that says so, and never an empty answer. */
export async function readLedger<T>(read: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof RpcFault)) throw cause;
    return refused(refuse('ledger_unavailable', { problem: cause.message }));
  }
}

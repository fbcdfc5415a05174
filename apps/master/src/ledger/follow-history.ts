import { ok, refuse, refused, type Refusal, type Result } from '@holdfast/core/base';
import type { LedgerFeed } from '@holdfast/core/volumes';
import { volumeRegistryService } from '@holdfast/contracts';
import { RpcFault, type RpcClient } from '@holdfast/platform/rpc';

/** The feed of the ledger over one stream of the registry; a stream that breaks is `ledger_unavailable`, and the caller begins again. */
export const remoteFeed = (client: RpcClient): LedgerFeed => ({
  follow: (positions, onEntries, signal) =>
    new Promise<Result<void, Refusal>>((resolve, reject) => {
      if (signal.aborted) return resolve(ok(undefined));
      const stream = client.serverStream(volumeRegistryService.followHistory, { positions });
      // Nothing is handed over before the caller is done with what came before.
      let turn: Promise<void> = Promise.resolve();
      const finish = (outcome: Result<void, Refusal>) => {
        signal.removeEventListener('abort', stop);
        turn.then(() => resolve(outcome), reject);
      };
      const stop = () => stream.cancel();
      signal.addEventListener('abort', stop, { once: true });
      stream.onMessage(({ entries }) => {
        turn = turn.then(() => (signal.aborted ? undefined : onEntries(entries)));
        turn.catch(stop);
      });
      stream.onEnd((reason) => finish(signal.aborted ? ok(undefined) : refused(asRefusal(reason))));
    }),
});

function asRefusal(reason: Refusal | RpcFault | undefined): Refusal {
  if (reason && !(reason instanceof RpcFault)) return reason;
  return refuse('ledger_unavailable', { problem: reason?.message ?? 'the volume registry ended the feed' });
}

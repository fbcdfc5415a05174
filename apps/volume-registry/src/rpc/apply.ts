import { volumeRegistryService, type ApplyResponse } from '@holdfast/contracts';
import type { VolumeStore } from '@holdfast/core/volumes';
import type { Ledger } from '../ledger';
import { createBatcher, handleDuplex, type RpcHandler } from '@holdfast/platform/rpc';

/**
 * VolumeRegistryService.Apply: transactions, many per message, each answered once, by id, in the order in which they are done. They are
 * handed to the ledger as they come, without waiting for one another; those of one store keep their order.
 *
 * | condition | code | meaning | the caller |
 * |---|---|---|---|
 * | a unit breaks a rule | in its result | that unit, and those that require it, had no effect | tells whoever asked |
 * | the epoch is over | `stale_epoch` in the result | nothing of the transaction had an effect | no longer leads, and stops |
 * | Redis does not answer in time | `ledger_unavailable` in the result | nothing is carried out from now on; with `unverified` it may have been before | tries later; if unverified, has the agent report anew |
 * | a message cannot be read | INVALID_ARGUMENT | the stream ends; transactions that were not answered may have been carried out | has the agents of those stores report anew |
 * | the stream breaks | UNAVAILABLE | the same | the same |
 * | Redis was started anew | the stream ends in order | no store is verified any more | dials again, and has the agents report anew |
 */
export const applyHandler = (store: VolumeStore, onRestart: Ledger['onRestart']): RpcHandler =>
  handleDuplex(volumeRegistryService.apply, (stream) => {
    let unanswered = 0;
    let isFinished = false;
    const endIfDone = () => {
      if (isFinished && unanswered === 0) stream.end();
    };
    const answers = createBatcher<ApplyResponse['results'][number]>({
      flush: (results) => {
        if (!stream.closed) stream.send({ results });
        unanswered -= results.length;
        endIfDone();
      },
    });
    stream.onMessage(({ transactions }) => {
      unanswered += transactions.length;
      for (const { id, transaction } of transactions) void store.apply(transaction).then((result) => answers.push({ id, result }));
    });
    stream.onClose(
      onRestart(() => {
        isFinished = true;
        endIfDone();
      }),
    );
    stream.onEnd(() => {
      isFinished = true;
      endIfDone();
    });
  });
